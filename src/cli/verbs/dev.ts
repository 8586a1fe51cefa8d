import { join } from 'node:path'
import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { shellWord } from '#cli/format/shell-word.ts'
import type { Signal } from '#cli/host.ts'
import { port, seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { addDevBatch } from '#cli/verbs/dev-batch.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'

interface DevOptions {
  readonly port?: number
  readonly pools?: string
  readonly drain: number
}

/** Where the API is, unless told otherwise. */
const defaultPort = 7437

/** `dev`: the control plane of this machine as a service. */
export const addDev: AddVerb = (verb, start) => {
  verb
    .description(
      'Serves the API of this state directory on the loopback interface, and runs what is submitted, until Ctrl-C. Writing ' +
        'needs the token in engine.json of the state directory.',
    )
    .option('--port <number>', `port to listen on; 0: one that is free (default: ${defaultPort}; of batch: 0)`, port)
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .addHelpText(
      'after',
      examples(
        ['forkcast dev', `the API on port ${defaultPort}`],
        ['forkcast dev --port 0', 'on a port that is free; engine.json tells which'],
      ),
    )
    .action((options: DevOptions, command: Command) => start(command, (shell) => dev(shell, options)))
  addDevBatch(verb.command('batch'), start)
}

async function dev(shell: Shell, options: DevOptions): Promise<number> {
  const { drain: drainS, pools } = options
  const poolsFile = pools === undefined ? {} : { poolsFile: pools }
  return shell.withControl(
    { mode: 'engine', serves: true, port: options.port ?? defaultPort, ...poolsFile, drainS },
    async (control) => {
      const note = join(shell.dir, 'engine.json')
      const url = await urlOf(shell, note)
      if (control.role() !== 'engine') return shell.problem(servedElsewhere(shell.dir, url))
      const token = `$(sed 's/.*"token":"\\([0-9a-f]*\\)".*/\\1/' ${shellWord(note)})`
      shell.notes([
        [span('API      ', 'dim'), span(url, 'strong'), span('  (its document: /openapi.json)', 'dim')],
        [span('token    ', 'dim'), span(`${note}`), span('  (address.token; only its owner can read it)', 'dim')],
        [span('runs     ', 'dim'), span(`curl -s ${url}/runs`)],
        [span('submit   ', 'dim'), span(submission(url, token))],
      ])
      return served(shell, control, drainS)
    },
  )
}

function submission(url: string, token: string): string {
  const body = '{"workflow":{"apiVersion":"forkcast/v1","name":"hello","tasks":{"hello":{"run":"echo hello"}}}}'
  return `curl -s ${url}/workflows -H "Authorization: Bearer ${token}" -H 'Content-Type: application/json' -d '${body}'`
}

/** What the engine wrote of itself. */
async function urlOf({ host }: Shell, note: string): Promise<string> {
  const text = await host.readText(note)
  const said = text.ok ? (JSON.parse(text.value) as { readonly address?: { readonly url?: string } }) : {}
  return said.address?.url ?? 'an address that it does not tell'
}

/** Stays until a signal: the first lets running clones end, the second ends them now. */
async function served(shell: Shell, control: ControlPlane, drainS: number): Promise<number> {
  const over = Promise.withResolvers<number>()
  let first: Signal | undefined
  const release = shell.host.onSignal((signal) => {
    const drain = first === undefined ? drainS : 0
    if (first === undefined)
      shell.notes([line(`ending: no new starts, running clones get ${drainS} s; again to stop now`, 'wait')])
    first ??= signal
    const exitCode = exitCodes[first]
    control.close({ drainS: drain }).then(() => over.resolve(exitCode), over.reject)
  })
  // Nothing else keeps a process alive that waits for requests.
  const stop = shell.host.every(60_000, () => {})
  try {
    return await over.promise
  } finally {
    stop()
    release()
  }
}

function servedElsewhere(dir: string, url: string): Problem {
  return {
    code: 'ENGINE-ALIVE',
    message: `an engine lives in ${dir} already, and serves its API at ${url}`,
    fix: 'use that one while it lives, or end it first',
    exitCode: 5,
  }
}
