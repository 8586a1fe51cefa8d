import type { Command } from 'commander'
import { detached } from '#cli/detached.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { collected, seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'

interface RetryOptions extends WatchOptions {
  readonly force?: readonly string[]
  readonly pools?: string
  readonly detach?: boolean
}

/** `retry RUN`: runs again what left no result. */
export const addRetry: AddVerb = (verb, start) => {
  verb
    .description(
      'Runs a run that has ended once more, as a new one: what it committed is kept, but for forced tasks and what follows ' +
        'from them. In a run that has not ended, forced tasks that are in doubt are run once more.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .option('--force <task>', 'run this task again whatever it came to; may be repeated', collected)
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('-d, --detach', 'print the id of the run and leave it to an engine in the background')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      examples(
        ['forkcast retry latest', 'what failed, and what was skipped for it'],
        ['forkcast retry latest --force charge', 'a task in doubt, once you know that it may run again'],
      ),
    )
    .action((run: string, options: RetryOptions, command: Command) =>
      start(command, (shell) => retry(shell, run, options)),
    )
}

async function retry(shell: Shell, run: string, options: RetryOptions): Promise<number> {
  const engine = {
    mode: options.detach === true ? 'background' : 'engine',
    ...(options.pools === undefined ? {} : { poolsFile: options.pools }),
  } as const
  const sinceMs = shell.host.now()
  return shell.withControl({ ...engine, drainS: options.drain }, async (control) => {
    shell.holdSignals()
    const retried = await control.retry(run, { force: options.force ?? [] })
    if (!retried.ok) return shell.problem(retried.error)
    const { runId } = retried.value
    if (options.detach === true) return detached(shell, control, runId, options)
    const workflow = await control.workflow(runId)
    if (!workflow.ok) return shell.problem(workflow.error)
    return watchRun(shell, control, runId, { graph: taskGraph(workflow.value), file: null, sinceMs, options })
  })
}
