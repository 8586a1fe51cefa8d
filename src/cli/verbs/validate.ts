import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { count } from '#cli/format/count.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { greatest } from '#cli/greatest.ts'
import type { Shell } from '#cli/shell.ts'
import { span } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `validate FILE`: checks a workflow without running it. */
export const addValidate: AddVerb = (verb, start) => {
  verb
    .description('Checks a workflow file: its schema, its graph, its files and its limits. Nothing runs.')
    .argument('<file>', 'workflow in YAML, JSON or TypeScript; - reads standard input')
    .option('--json', 'print {valid, diagnostics, hash}')
    .addHelpText(
      'after',
      examples(['forkcast validate forkcast.yaml', 'all errors at once, each with its place and its fix']),
    )
    .action((file: string, options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => validate(shell, file, options.json === true)),
    )
}

async function validate(shell: Shell, file: string, json: boolean): Promise<number> {
  const loaded = await shell.host.loadWorkflow(file)
  if (!loaded.ok) {
    if (json) await shell.json({ valid: false, diagnostics: loaded.error.diagnostics, hash: null })
    else shell.noteText(loaded.error.rendered)
    return loaded.error.exitCode
  }
  const { workflow, hash } = loaded.value
  if (json) {
    await shell.json({ valid: true, diagnostics: [], hash })
    return exitCodes.ok
  }
  const graph = taskGraph(workflow)
  const levels =
    greatest(
      graph.nodes.map(({ level }) => level),
      0,
    ) + 1
  const path = graph.criticalPath.join(` ${shell.out.symbols.to} `)
  await shell.lines([
    [
      span('ok', 'good'),
      span(`: ${count(graph.nodes.length, 'task')}, ${count(levels, 'level')}, critical path ${path}`),
    ],
  ])
  return exitCodes.ok
}
