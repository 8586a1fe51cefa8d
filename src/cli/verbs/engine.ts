import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Signal } from '#cli/host.ts'
import { seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

interface EngineOptions {
  readonly pools?: string
  readonly beside?: string
  readonly drain: number
  readonly idle: number
}

/** `engine`: runs what other processes submit, and ends when nothing is left to do. `run --detach` starts it. */
export const addEngine: AddVerb = (verb, start) => {
  verb
    .description(
      'Runs what other processes submit to this state directory, and ends when nothing is left to do. `run --detach` ' +
        'starts one when there is none.',
    )
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('--beside <file>', 'a workflow file whose folder may hold a pools file')
    .option('--drain <seconds>', 'what running clones get after a signal', seconds, 10)
    .option('--idle <seconds>', 'how long to stay without work', seconds, 10)
    .addHelpText('after', examples(['forkcast engine --idle 1h', 'ready for submissions, for an hour after the last']))
    .action((options: EngineOptions, command: Command) => start(command, (shell) => engine(shell, options)))
}

/** How often is looked for work. */
const lookMs = 250

async function engine(shell: Shell, { pools, beside, drain, idle }: EngineOptions): Promise<number> {
  const files = { ...(pools === undefined ? {} : { poolsFile: pools }), ...(beside === undefined ? {} : { beside }) }
  return shell.withControl({ mode: 'engine', serves: true, ...files, drainS: drain }, async (control) => {
    // Two that submit at once may each have started one.
    if (control.role() !== 'engine') return exitCodes.ok
    return serve(shell, control, { drainS: drain, idleMs: idle * 1000 })
  })
}

/** Works until there was nothing to do for a while, or a signal hands over. */
async function serve(
  shell: Shell,
  control: ControlPlane,
  { drainS, idleMs }: { readonly drainS: number; readonly idleMs: number },
): Promise<number> {
  const { host } = shell
  const say = (words: string): void => shell.notes([line(`${new Date(host.now()).toISOString()}  ${words}`)])
  const over = Promise.withResolvers<number>()
  const followed = new Set<string>()
  let busyAtMs = host.now()
  let first: Signal | undefined
  const followRun = async (run: string): Promise<void> => {
    for await (const { kind, type } of control.events(run, { follow: true })) if (kind === 'run') say(`${run}  ${type}`)
  }
  const look = async (): Promise<void> => {
    const busy = await control.guests()
    if (first !== undefined) return
    if (busy.length > 0) busyAtMs = host.now()
    for (const run of busy.filter((one) => !followed.has(one))) {
      followed.add(run)
      // A fault of the engine comes to whoever follows.
      followRun(run).catch((fault: unknown) => first === undefined && over.reject(fault))
    }
    if (host.now() - busyAtMs >= idleMs) over.resolve(exitCodes.ok)
  }
  const release = host.onSignal((signal) => {
    const drain = first === undefined ? drainS : 0
    first ??= signal
    const exitCode = exitCodes[first]
    control.close({ drainS: drain }).then(() => over.resolve(exitCode), over.reject)
  })
  const stop = host.every(lookMs, () => void look().catch(over.reject))
  say(`engine of ${shell.dir} is ready`)
  try {
    const exitCode = await over.promise
    say(exitCode === exitCodes.ok ? 'nothing left to do' : 'ended by a signal')
    return exitCode
  } finally {
    stop()
    release()
  }
}
