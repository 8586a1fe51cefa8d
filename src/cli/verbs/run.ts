import type { Command } from 'commander'
import { detached } from '#cli/detached.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { seconds } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { readSubmission, takesSubmission, type SubmissionOptions } from '#cli/submission.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'

interface RunOptions extends WatchOptions, SubmissionOptions {
  readonly detach?: boolean
}

/** `run FILE`: submits a workflow to an engine in this process and follows it to its end, or leaves it to one in the background. */
export const addRun: AddVerb = (verb, start) => {
  takesSubmission(verb)
    .description(
      'Runs a workflow on this machine and follows it to its end. On a terminal the tasks are a live tree, else each ' +
        'transition is a line on standard error. Ctrl-C drains and leaves the run resumable; twice stops now. With --api ' +
        'it runs on that control plane, and goes on there after Ctrl-C.',
    )
    .option('-d, --detach', 'print the id of the run and leave it to an engine in the background')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').conflicts('detach').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      examples(
        ['forkcast run forkcast.yaml', 'run and watch'],
        ['forkcast run forkcast.yaml -p window=24', 'with a parameter'],
        ['forkcast run forkcast.yaml --no-clones --no-hedges', 'what would it take without racing?'],
        ['forkcast run forkcast.yaml --json | jq .makespanS', 'for scripts'],
        ['forkcast run forkcast.yaml --detach', 'in the background; `forkcast wait` follows it'],
        ['forkcast run forkcast.yaml --api https://forkcast.example.org', 'elsewhere'],
      ),
    )
    .action((file: string, options: RunOptions, command: Command) =>
      start(command, (shell) => run(shell, file, options)),
    )
}

async function run(shell: Shell, file: string, options: RunOptions): Promise<number> {
  const submission = await readSubmission(shell, file, options)
  if (!submission.ok) return submission.error
  const { request, uploads } = submission.value
  const poolsFile = options.pools === undefined ? {} : { poolsFile: options.pools }
  const engine = { mode: options.detach === true ? 'background' : 'engine', beside: file, ...poolsFile } as const
  return shell.withControl({ ...engine, drainS: options.drain }, async (control) => {
    shell.holdSignals()
    await control.upload(uploads)
    const submitted = await control.submit(request)
    if (!submitted.ok) return shell.problem(submitted.error)
    const { runId } = submitted.value
    if (options.detach === true) return detached(shell, control, runId, options)
    const graph = taskGraph(request.workflow)
    return watchRun(shell, control, runId, { graph, file, sinceMs: 0, options })
  })
}
