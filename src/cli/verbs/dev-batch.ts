import { type Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { ServedBatch } from '#contract/batch-endpoint.ts'

interface DevBatchOptions {
  /** Of `dev`. */
  readonly port?: number
  readonly events?: true
  readonly seed?: string
  readonly drop: number
  readonly duplicate: number
  readonly delay: number
  readonly reorder: number
}

/** `dev batch`: an AWS Batch of this machine, for programs that speak to one. */
export const addDevBatch: AddVerb = (verb, start) => {
  verb
    .summary('an AWS Batch whose containers are processes')
    .description(
      'Serves the API of AWS Batch on the loopback interface until Ctrl-C. A container is a process of this machine: its ' +
        'image, volumes, network and roles are not used. Hosts, their start and their reclaim are emulated. What it knows is ' +
        'gone when it ends.',
    )
    .option('--events', 'print the events of jobs, one JSON document a line')
    .option('--seed <text>', 'fixes ids, reclaims and the fate of events')
    .option('--drop <share>', 'share of events that are lost, from 0 to 1', share, 0)
    .option('--duplicate <share>', 'share of events that come twice', share, 0)
    .option('--delay <seconds>', 'how late events come', seconds, 0)
    .option('--reorder <seconds>', 'how much later at most, each by its own chance', seconds, 0)
    .addHelpText(
      'after',
      examples(
        ['forkcast dev batch', 'and export what it prints'],
        ['forkcast dev batch --events --duplicate 0.3 --reorder 5', 'events that come twice, in any order'],
      ),
    )
    .action((_, command: Command) =>
      start(command, (shell) => devBatch(shell, command.optsWithGlobals<DevBatchOptions>())),
    )
}

function share(word: string): number {
  const value = Number(word)
  if (word === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('Write a share, such as 0.1.')
  return value
}

async function devBatch(shell: Shell, options: DevBatchOptions): Promise<number> {
  const { seed, drop, duplicate, delay: delayS, reorder: reorderS, events = false } = options
  const opened = await shell.host.openBatch({
    dir: shell.dir,
    port: options.port ?? 0,
    ...(seed !== undefined && { seed }),
    drop,
    duplicate,
    delayS,
    reorderS,
    onEvent: async (event) => {
      if (events) await shell.jsonLine(event)
    },
    onError: (error) => shell.noteText(String(error)),
  })
  if (!opened.ok) return shell.problem(opened.error)
  const { url, accessKeyId, region } = opened.value
  shell.notes([
    [span(`export AWS_ENDPOINT_URL_BATCH=${url} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`, 'strong')],
    [span(`export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=any`, 'strong')],
    [span('containers are processes of this machine: images are not used', 'dim')],
  ])
  return until(shell, opened.value)
}

/** Stays until a signal, and ends all containers then. */
async function until(shell: Shell, batch: ServedBatch): Promise<number> {
  const over = Promise.withResolvers<number>()
  const release = shell.host.onSignal((signal) => {
    shell.notes([line('ending: containers are told to end', 'wait')])
    batch.close().then(() => over.resolve(exitCodes[signal]), over.reject)
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
