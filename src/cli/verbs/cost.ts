import type { Command } from 'commander'
import { billLines } from '#cli/deployment/bill-lines.ts'
import { type ChoiceOptions, withChoice, withDeployer } from '#cli/deployment/choice.ts'
import { exitCodes } from '#cli/exit-code.ts'
import { count } from '#cli/format/count.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import { wholeNumber } from '#cli/option-values.ts'
import { budgetOf, costsOf, totalUsd, type Budget, type Cost } from '#cli/report/costs.ts'
import { savedBy, type Saved } from '#cli/report/saved.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

interface Options extends ChoiceOptions {
  readonly top: number
  readonly idle?: boolean
  readonly json?: boolean
}

/** `cost RUN`: where the money went; `cost --idle`: what a deployment costs while nothing runs. */
export const addCost: AddVerb = (verb, start) => {
  withChoice(
    verb.description(
      'Shows what a run cost: for results, for clones that lost a race, for clones that failed; by pool, by task; what is left of its budget, and what its races saved. With --idle: what a deployment would cost each month while nothing runs.',
    ),
  )
    .argument('[run]', 'id of a run', 'latest')
    .option('--top <n>', 'list this many tasks, the dearest first', wholeNumber, 10)
    .option('--idle', 'what a deployment costs while nothing runs, with what -c chooses')
    .option(
      '--json',
      'print {runId, emulated, total, idleUsd, byPool, byTask, budget, saved}, or {usd, listUsd, lines}',
    )
    .addHelpText(
      'after',
      examples(
        ['forkcast cost latest', 'the last run'],
        ['forkcast cost --idle -c forkcast:network=private', 'a deployment without public addresses'],
      ),
    )
    .action((run: string, options: Options, command: Command) =>
      start(command, (shell) => (options.idle === true ? idle(shell, options) : cost(shell, run, options))),
    )
}

const amounts: readonly Column[] = [
  { title: 'clones', align: 'right' },
  { title: 'useful', align: 'right' },
  { title: 'lost races', align: 'right' },
  { title: 'failures', align: 'right' },
  { title: 'all', align: 'right' },
]

async function cost(shell: Shell, id: string, { json, top }: Options): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const found = await control.run(id, { tasks: true })
    if (!found.ok) return shell.problem(found.error)
    const run = found.value
    const { total, byPool, byTask } = costsOf(run)
    const budget = budgetOf(run)
    const saved = savedBy(run)
    const emulated = (await control.pools()).pools.some((pool) => pool.emulated)
    if (json) {
      await shell.json({
        runId: run.id,
        emulated,
        total,
        // Pools of this machine bill nothing but jobs; what others bill beyond them is not known here.
        idleUsd: emulated ? 0 : null,
        byPool: Object.fromEntries(byPool),
        byTask: Object.fromEntries(byTask),
        budget,
        saved,
      })
      return exitCodes.ok
    }
    const fit = { width: shell.columns, more: shell.out.symbols.more }
    const listed = (title: string, costs: readonly (readonly [string, Cost])[]) =>
      table(
        [{ title }, ...amounts],
        costs.map(([name, own]) => [name, ...cells(own)]),
        fit,
      )
    const tasks = [...byTask].toSorted(dearest)
    const rest = tasks.length - top
    await shell.lines([
      [
        span(run.workflow, 'strong'),
        span(`  ${run.id}  ${money(totalUsd(total))}${emulated ? '; prices are emulated' : ''}`),
      ],
      line(totalWords(total)),
      line(emulated ? 'idle: not billed on this machine' : 'idle: not known'),
      ...(budget === null ? [] : [line(budgetWords(budget))]),
      ...savedLines(saved),
      [],
      ...listed('pool', [...byPool].toSorted(dearest)),
      [],
      ...listed('task', tasks.slice(0, top)),
      ...(rest > 0 ? [line(`${shell.out.symbols.more} and ${count(rest, 'other')}`, 'dim')] : []),
    ])
    return exitCodes.ok
  })
}

async function idle(shell: Shell, options: Options): Promise<number> {
  return withDeployer(shell, options, async (deployer) => {
    const bill = await deployer.idleBill()
    if (!bill.ok) return shell.problem(bill.error)
    if (options.json === true) await shell.json(bill.value)
    else await shell.lines(billLines(bill.value, { width: shell.columns, more: shell.out.symbols.more }))
    return exitCodes.ok
  })
}

function totalWords(total: Cost): string {
  const cancelled = total.cancelledUsd > 0 ? `, cancelled ${money(total.cancelledUsd)}` : ''
  return `useful ${money(total.usefulUsd)}, lost races ${money(total.clonesUsd)}, failures ${money(total.failuresUsd)}${cancelled}`
}

function budgetWords({ capUsd, spentUsd, reservedUsd }: Budget): string {
  const reserved = reservedUsd > 0 ? `, up to ${money(reservedUsd)} for clones at work` : ''
  return `budget ${money(capUsd)}: ${money(spentUsd)} spent${reserved}`
}

/** Task time, not time of the run: what a task ends earlier need not end the run earlier. */
function savedLines(saved: readonly Saved[]): readonly Line[] {
  if (saved.length === 0) return []
  const known = saved.flatMap(({ betweenS }) => (betweenS === null ? [] : [betweenS]))
  const least = known.reduce((sum, [from]) => sum + from, 0)
  const most = known.reduce((sum, [, to]) => sum + to, 0)
  const unknown = saved.length - known.length
  const range = least === most ? duration(least) : `${duration(least)} to ${duration(most)}`
  const words = known.length === 0 ? 'not known' : `${range} of task time in ${count(known.length, 'race')}`
  const others = known.length === 0 || unknown === 0 ? '' : `; not known of ${count(unknown, 'other')}`
  const reasons = new Set(saved.map(({ basis }) => basis))
  return [line(`saved by racing: ${words}${others} (${[...reasons].join('; ')})`)]
}

function cells(own: Cost): readonly string[] {
  return [String(own.clones), ...[own.usefulUsd, own.clonesUsd, own.failuresUsd, totalUsd(own)].map(money)]
}

function dearest([a, most]: readonly [string, Cost], [b, other]: readonly [string, Cost]): number {
  return totalUsd(other) - totalUsd(most) || (a < b ? -1 : 1)
}
