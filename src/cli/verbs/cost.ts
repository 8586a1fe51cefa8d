import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { money } from '#cli/format/money.ts'
import { costsOf, totalUsd, type Cost } from '#cli/report/costs.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `cost RUN`: where the money went. */
export const addCost: AddVerb = (program, start) => {
  program
    .command('cost')
    .summary('where the money went')
    .description(
      'Shows what a run cost: for results, for clones that lost a race, for clones that failed; by pool, by task.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .option('--json', 'print {runId, emulated, total, byPool, byTask}')
    .addHelpText('after', examples(['forkcast cost latest', 'the last run']))
    .action((run: string, options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => cost(shell, run, options.json === true)),
    )
}

const amounts: readonly Column[] = [
  { title: 'clones', align: 'right' },
  { title: 'useful', align: 'right' },
  { title: 'lost races', align: 'right' },
  { title: 'failures', align: 'right' },
  { title: 'all', align: 'right' },
]

async function cost(shell: Shell, id: string, json: boolean): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const found = await control.run(id, { tasks: true })
    if (!found.ok) return shell.problem(found.error)
    const run = found.value
    const { total, byPool, byTask } = costsOf(run)
    const emulated = (await control.pools()).pools.some((pool) => pool.emulated)
    if (json) {
      await shell.json({
        runId: run.id,
        emulated,
        total,
        byPool: Object.fromEntries(byPool),
        byTask: Object.fromEntries(byTask),
      })
      return exitCodes.ok
    }
    const fit = { width: shell.columns, more: shell.out.symbols.more }
    const listed = (title: string, costs: ReadonlyMap<string, Cost>) =>
      table(
        [{ title }, ...amounts],
        [...costs].toSorted(dearest).map(([name, own]) => [name, ...cells(own)]),
        fit,
      )
    await shell.lines([
      [
        span(run.workflow, 'strong'),
        span(`  ${run.id}  ${money(totalUsd(total))}${emulated ? '; prices are emulated' : ''}`),
      ],
      line(
        `useful ${money(total.usefulUsd)}, lost races ${money(total.clonesUsd)}, failures ${money(total.failuresUsd)}`,
      ),
      [],
      ...listed('pool', byPool),
      [],
      ...listed('task', byTask),
    ])
    return exitCodes.ok
  })
}

function cells(own: Cost): readonly string[] {
  return [String(own.clones), ...[own.usefulUsd, own.clonesUsd, own.failuresUsd, totalUsd(own)].map(money)]
}

function dearest([a, most]: readonly [string, Cost], [b, other]: readonly [string, Cost]): number {
  return totalUsd(other) - totalUsd(most) || (a < b ? -1 : 1)
}
