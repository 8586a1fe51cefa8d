import { join } from 'node:path'
import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { bytes } from '#cli/format/bytes.ts'
import { shownPath } from '#cli/format/shown-path.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { OutputDocument } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'

interface OutputsOptions {
  readonly to?: string
  readonly json?: boolean
}

/** `outputs RUN`: where the results of the workflow are. */
export const addOutputs: AddVerb = (verb, start) => {
  verb
    .description(
      'Lists the outputs of the workflow that are committed, and where they lie on this machine; with OUTPUT the path of ' +
        'one. Those of a control plane elsewhere are listed with their addresses; one that is named is downloaded, its ' +
        'hash checked, and the path is that of the copy.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .argument('[output]', 'one of them')
    .option('--to <folder>', 'copy them there, each under its name; default for a download: downloads/RUN below --dir')
    .option('--json', 'print {outputs: {name: {path, bytes, sha256}}}; with --api url instead of path')
    .addHelpText(
      'after',
      examples(
        ['forkcast outputs latest', 'names and paths'],
        ['cat "$(forkcast outputs latest report)"', 'what is in one'],
        ['forkcast outputs latest --to results', 'copies of all'],
        ['forkcast outputs latest --json | jq -r .outputs.report.sha256', 'for scripts'],
      ),
    )
    .action((run: string, output: string | undefined, options: OutputsOptions, command: Command) =>
      start(command, (shell) => outputs(shell, run, output, options)),
    )
}

const columns: readonly Column[] = [
  { title: 'name' },
  { title: 'size', align: 'right', yields: 1 },
  { title: 'sha256', yields: 2 },
  // Not cut: it is what the reader came for.
  { title: 'path' },
]

async function outputs(
  shell: Shell,
  id: string,
  output: string | undefined,
  { to, json = false }: OutputsOptions,
): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    // So that `latest` is the same run throughout.
    const run = await control.run(id, { tasks: false })
    if (!run.ok) return shell.problem(run.error)
    const found = await control.outputs(run.value.id)
    if (!found.ok) return shell.problem(found.error)
    const chosen = Object.entries(found.value).filter(([name]) => output === undefined || name === output)
    if (output !== undefined && chosen.length === 0)
      return shell.problem(notThere(id, output, Object.keys(found.value), shell))
    const asked = to !== undefined || (output !== undefined && !json)
    const folder = to ?? join(shell.dir, 'downloads', run.value.id)
    const placed: [string, OutputDocument][] = []
    for (const [name, one] of chosen) {
      if (!asked || (to === undefined && one.path !== undefined)) placed.push([name, one])
      else {
        const saved = await control.saveOutput(run.value.id, name, folder)
        if (!saved.ok) return shell.problem(saved.error)
        placed.push([name, { path: saved.value, bytes: one.bytes, sha256: one.sha256 }])
      }
    }
    if (json) {
      await shell.json({ outputs: Object.fromEntries(placed) })
      return exitCodes.ok
    }
    if (output !== undefined) {
      await shell.data(placed.map(([, { path }]) => `${path}\n`).join(''))
      return exitCodes.ok
    }
    const rows = placed.map(([name, one]) => [
      name,
      bytes(one.bytes),
      one.sha256.slice(0, 12),
      shownPath(one.path ?? one.url, shell.host.cwd),
    ])
    if (rows.length === 0)
      shell.notes([line('no outputs: none is committed, or the workflow names none under `outputs`')])
    else await shell.lines(table(columns, rows, { width: shell.columns, more: shell.out.symbols.more }))
    return exitCodes.ok
  })
}

function notThere(run: string, output: string, names: readonly string[], shell: Shell): Problem {
  const near = didYouMean(output, names)
  return {
    code: 'OUTPUT-NOT-FOUND',
    message: `run ${run} has no committed output ${output}`,
    fix: near === undefined ? `see ${shell.command('outputs', run)}` : `did you mean ${near}?`,
    exitCode: 3,
  }
}
