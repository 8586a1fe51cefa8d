import type { Command } from 'commander'
import { detached } from '#cli/detached.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'

interface ResumeOptions extends WatchOptions {
  readonly pools?: string
  readonly detach?: boolean
}

/** `resume RUN`: goes on with a run that was interrupted. */
export const addResume: AddVerb = (verb, start) => {
  verb
    .description('Goes on with a run that was interrupted. What is committed is kept; clones that were lost run again.')
    .argument('[run]', 'id of a run', 'latest')
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('-d, --detach', 'print the id of the run and leave it to an engine in the background')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', examples(['forkcast resume latest', 'the last run']))
    .action((run: string, options: ResumeOptions, command: Command) =>
      start(command, (shell) => resume(shell, run, options)),
    )
}

async function resume(shell: Shell, run: string, options: ResumeOptions): Promise<number> {
  const engine = {
    mode: options.detach === true ? 'background' : 'engine',
    ...(options.pools === undefined ? {} : { poolsFile: options.pools }),
  } as const
  const sinceMs = shell.host.now()
  return shell.withControl({ ...engine, drainS: options.drain }, async (control) => {
    shell.holdSignals()
    const resumed = await control.resume(run)
    if (!resumed.ok) return shell.problem(resumed.error)
    const { runId } = resumed.value
    if (options.detach === true) return detached(shell, control, runId, options)
    const workflow = await control.workflow(runId)
    if (!workflow.ok) return shell.problem(workflow.error)
    return watchRun(shell, control, runId, { graph: taskGraph(workflow.value), file: null, sinceMs, options })
  })
}
