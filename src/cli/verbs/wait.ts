import type { Command } from 'commander'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'

/** `wait RUN`: follows a run that another process runs. */
export const addWait: AddVerb = (verb, start) => {
  verb
    .description(
      'Follows a run that another process runs, to its end, and exits as `run` would. Ctrl-C leaves the run as it is. Exit ' +
        'code 124 when the time is over before the run is.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .option('--timeout <duration>', 'how long to wait, such as 90 (seconds) or 5m; default: for ever', seconds)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      examples(
        ['forkcast wait latest', 'the last run, to its end'],
        ['forkcast wait latest --timeout 10m --quiet', 'in a script: exit code 0, 1, 7 or 124'],
      ),
    )
    .action((run: string, options: Omit<WatchOptions, 'drain'>, command: Command) =>
      start(command, (shell) => wait(shell, run, options)),
    )
}

async function wait(shell: Shell, id: string, options: Omit<WatchOptions, 'drain'>): Promise<number> {
  const sinceMs = shell.host.now()
  return shell.withControl({ mode: 'read' }, async (control) => {
    const run = await control.run(id, { tasks: false })
    if (!run.ok) return shell.problem(run.error)
    const workflow = await control.workflow(run.value.id)
    if (!workflow.ok) return shell.problem(workflow.error)
    const graph = taskGraph(workflow.value)
    return watchRun(shell, control, run.value.id, { graph, file: null, sinceMs, options: { ...options, drain: 0 } })
  })
}
