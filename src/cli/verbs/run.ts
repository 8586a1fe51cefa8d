import type { Command } from 'commander'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { collected, seconds } from '#cli/option-values.ts'
import { readParams } from '#cli/params.ts'
import type { Shell } from '#cli/shell.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { LoadedWorkflow } from '#contract/loaded-workflow.ts'
import type { Json } from '#core/json.ts'

interface RunOptions extends WatchOptions {
  readonly param?: readonly string[]
  readonly paramsFile?: string
  readonly pools?: string
  readonly clones: boolean
  readonly hedges: boolean
}

/** `run FILE`: submits a workflow to an engine in this process and follows it to its end. */
export const addRun: AddVerb = (program, start) => {
  program
    .command('run')
    .summary('run a workflow and follow it')
    .description(
      'Runs a workflow on this machine and follows it to its end. On a terminal the tasks are a live tree, else each ' +
        'transition is a line on standard error. Ctrl-C drains and leaves the run resumable; twice stops now.',
    )
    .argument('<file>', 'workflow in YAML, JSON or TypeScript; - reads standard input')
    .option('-p, --param <name=value>', 'a parameter; may be repeated', collected)
    .option('--params-file <file>', 'parameters as a JSON object; - reads standard input')
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('--no-clones', 'one clone a task, whatever the workflow says')
    .option('--no-hedges', 'no standby clone is called up')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(program.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      examples(
        ['forkcast run forkcast.yaml', 'run and watch'],
        ['forkcast run forkcast.yaml -p window=24', 'with a parameter'],
        ['forkcast run forkcast.yaml --no-clones --no-hedges', 'what would it take without racing?'],
        ['forkcast run forkcast.yaml --json | jq .makespanS', 'for scripts'],
      ),
    )
    .action((file: string, options: RunOptions, command: Command) =>
      start(command, (shell) => run(shell, file, options)),
    )
}

async function run(shell: Shell, file: string, options: RunOptions): Promise<number> {
  const loaded = await shell.host.loadWorkflow(file)
  if (!loaded.ok) {
    shell.noteText(loaded.error.rendered)
    return loaded.error.exitCode
  }
  const { workflow } = loaded.value
  const given = {
    words: options.param ?? [],
    ...(options.paramsFile === undefined ? {} : { file: options.paramsFile }),
  }
  const params = await readParams(shell.host, workflow, given)
  if (!params.ok) return shell.problems(params.error)
  const poolsFile = options.pools === undefined ? {} : { poolsFile: options.pools }
  const engine = { mode: 'engine', beside: file, ...poolsFile } as const
  return shell.withControl({ ...engine, drainS: options.drain }, async (control) => {
    const submitted = await submit(control, loaded.value, params.value, options)
    if (!submitted.ok) return shell.problem(submitted.error)
    return watchRun(shell, control, submitted.value.runId, { graph: taskGraph(workflow), file, sinceMs: 0, options })
  })
}

async function submit(
  control: ControlPlane,
  { workflow, uploads }: LoadedWorkflow,
  params: Readonly<Record<string, Json>>,
  { clones, hedges }: RunOptions,
): ReturnType<ControlPlane['submit']> {
  await control.upload(uploads)
  return control.submit({ workflow, params, policy: { cloning: clones, hedging: hedges } })
}
