import { Option, type Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { drawnTasks } from '#cli/graph/drawn-task.ts'
import { mermaid } from '#cli/graph/mermaid.ts'
import { svg } from '#cli/graph/svg.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { terminalDrawing } from '#cli/graph/terminal-drawing.ts'
import type { Shell } from '#cli/shell.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { Problem } from '#contract/problem.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

const formats = ['terminal', 'mermaid', 'svg'] as const
type Format = (typeof formats)[number]

interface GraphOptions {
  readonly format: Format
  readonly json?: boolean
}

/** `graph FILE|RUN`: the tasks and what they wait for. */
export const addGraph: AddVerb = (verb, start) => {
  verb
    .description('Draws a workflow, or a run with the states of its tasks: as text, as Mermaid, or as an SVG file.')
    .argument('<file or run>', 'a workflow file, the id of a run, or latest')
    .addOption(new Option('--format <format>', 'how to draw').choices(formats).default('terminal'))
    .option('--json', 'print {nodes, criticalPath}')
    .addHelpText(
      'after',
      examples(
        ['forkcast graph forkcast.yaml', 'a workflow, in the terminal'],
        ['forkcast graph latest', 'the last run, with states'],
        ['forkcast graph latest --format svg > run.svg', 'a picture for a page'],
      ),
    )
    .action((what: string, options: GraphOptions, command: Command) =>
      start(command, (shell) => graph(shell, what, options)),
    )
}

/** With more tasks a picture can't be read, and takes long to lay out. */
const mostInPicture = 2000

async function graph(shell: Shell, what: string, options: GraphOptions): Promise<number> {
  if (what === 'latest' || parseRunId(what) !== undefined) {
    return shell.withControl({ mode: 'read' }, async (control) => {
      const workflow = await control.workflow(what)
      if (!workflow.ok) return shell.problem(workflow.error)
      const run = await control.run(what, { tasks: true })
      return run.ok ? draw(shell, workflow.value, run.value, options) : shell.problem(run.error)
    })
  }
  const loaded = await shell.host.loadWorkflow(what)
  if (loaded.ok) return draw(shell, loaded.value.workflow, null, options)
  shell.noteText(loaded.error.rendered)
  return loaded.error.exitCode
}

async function draw(
  shell: Shell,
  workflow: Workflow,
  run: RunDocument | null,
  { format, json }: GraphOptions,
): Promise<number> {
  const drawn = taskGraph(workflow)
  const tasks = drawnTasks(drawn, run)
  if (json === true) {
    const nodes = drawn.nodes.map(({ id, level, edges }) => ({ id, level, edges, state: tasks.get(id)?.state ?? null }))
    await shell.json({ nodes, criticalPath: drawn.criticalPath })
    return exitCodes.ok
  }
  switch (format) {
    case 'terminal':
      await shell.lines(terminalDrawing(drawn, tasks, shell.out.symbols))
      return exitCodes.ok
    case 'mermaid':
      await shell.data(mermaid(drawn, tasks))
      return exitCodes.ok
    case 'svg':
      if (drawn.nodes.length > mostInPicture) return shell.problem(tooLarge(drawn.nodes.length))
      await shell.data(svg(workflow.name, drawn, tasks))
      return exitCodes.ok
  }
}

function tooLarge(tasks: number): Problem {
  return {
    code: 'GRAPH-TOO-LARGE',
    message: `a picture of ${tasks} tasks can't be read; ${mostInPicture} is the most that is drawn`,
    fix: 'take --json and draw a part of it',
    exitCode: 2,
  }
}
