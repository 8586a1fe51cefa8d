import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { bytes } from '#cli/format/bytes.ts'
import { shownPath } from '#cli/format/shown-path.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `outputs RUN`: where the results of the workflow are. */
export const addOutputs: AddVerb = (program, start) => {
  program
    .command('outputs')
    .summary('where the results are')
    .description('Lists the outputs of the workflow that are committed, and where they lie on this machine.')
    .argument('[run]', 'id of a run', 'latest')
    .option('--json', 'print {outputs: {name: {path, bytes, sha256}}}')
    .addHelpText(
      'after',
      examples(
        ['forkcast outputs latest', 'names and paths'],
        ['cp "$(forkcast outputs latest --json | jq -r .outputs.report.path)" .', 'take one along'],
      ),
    )
    .action((run: string, options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => outputs(shell, run, options.json === true)),
    )
}

const columns: readonly Column[] = [
  { title: 'name' },
  { title: 'size', align: 'right' },
  { title: 'sha256' },
  // Not cut: it is what the reader came for.
  { title: 'path' },
]

async function outputs(shell: Shell, run: string, json: boolean): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const found = await control.outputs(run)
    if (!found.ok) return shell.problem(found.error)
    if (json) {
      await shell.json({ outputs: found.value })
      return exitCodes.ok
    }
    const rows = Object.entries(found.value).map(([name, output]) => [
      name,
      bytes(output.bytes),
      output.sha256.slice(0, 12),
      shownPath(output.path, shell.host.cwd),
    ])
    if (rows.length === 0)
      shell.notes([line('no outputs: none is committed, or the workflow names none under `outputs`')])
    else await shell.lines(table(columns, rows, { width: shell.columns, more: shell.out.symbols.more }))
    return exitCodes.ok
  })
}
