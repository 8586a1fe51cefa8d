import { duration } from '#cli/format/duration.ts'
import { moment } from '#cli/format/moment.ts'
import { money } from '#cli/format/money.ts'
import { predicted } from '#cli/live/frame.ts'
import { pathInWords, realisedPath } from '#cli/report/realised-path.ts'
import { allClones, winnerOf } from '#cli/report/winner.ts'
import type { Shell } from '#cli/shell.ts'
import { stateSign } from '#cli/state-sign.ts'
import { line, paragraph, span, type Line } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { Quantiles } from '#core/prediction/prediction.ts'

/** A run in four lines: what, how it stands, what it waited for, what it cost. */
export function runHeader(
  { run, plan, emulated }: { readonly run: RunDocument; readonly plan: Plan | null; readonly emulated: boolean },
  shell: Shell,
): readonly Line[] {
  const { symbols } = shell.out
  const took = run.makespanS === null ? '' : `  ${duration(run.makespanS)}`
  const expected = plan === null ? '' : ` (${predicted(plan, symbols)})`
  const counts = Object.entries(run.counts).flatMap(([state, number]) => (number === 0 ? [] : [`${number} ${state}`]))
  const wasted = run.wastedCostUsd === 0 ? '' : `, ${money(run.wastedCostUsd)} of it wasted`
  const path = realisedPath(run)
  return [
    [
      span(run.workflow, 'strong'),
      span(`  ${run.id}  `),
      stateSign(run.state, symbols),
      span(`${took}${expected}  submitted ${moment(run.createdAt)} UTC`),
    ],
    line(
      [...counts, `${money(run.costUsd)}${wasted}${emulated ? ' (prices are emulated)' : ''}`].join(symbols.between),
    ),
    ...(run.error === null ? [] : [line(run.error, 'bad')]),
    ...(path.length === 0 ? [] : paragraph(line('critical path  '), pathInWords(path, symbols), shell.columns)),
    ...(plan?.notes ?? []).map((note) => line(`plan: ${note}`, 'dim')),
    [],
  ]
}

const columns: readonly Column[] = [
  { title: 'task' },
  { title: 'state' },
  { title: 'attempt', align: 'right', yields: 1 },
  { title: 'clones', align: 'right', yields: 2 },
  { title: 'won by' },
  { title: 'predicted', align: 'right', yields: 3 },
  { title: 'took', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'note', shrinks: true },
]

/** One row a task: how it stands, who won, and predicted beside real seconds of the command. */
export function runTable(tasks: readonly TaskDocument[], shell: Shell): readonly Line[] {
  const { symbols } = shell.out
  const rows = tasks.map((task) => {
    const clones = allClones(task)
    const winner = winnerOf(task)
    const took = winner?.timesS.running ?? null
    return [
      task.id,
      stateSign(task.state, symbols),
      task.attempts.length === 0 ? '' : String(task.attempts.length),
      clones.length === 0 ? '' : String(clones.length),
      winnerWords(task),
      // A guess beside real seconds would only mislead.
      task.predicted === null || task.predicted.basis.kind === 'none'
        ? ''
        : quantiles(task.predicted.durationS, symbols),
      took === null ? '' : duration(took),
      clones.length === 0 ? '' : money(clones.reduce((sum, { slot }) => sum + slot.costUsd, 0)),
      note(task, symbols),
    ]
  })
  return table(columns, rows, { width: shell.columns, more: symbols.more })
}

/** Median to 90th percentile. */
export function quantiles({ p50, p90 }: Quantiles, symbols: Symbols): string {
  return `${duration(p50)}${symbols.range}${duration(p90)}`
}

/** The winner's variant and pool; of a result made of several, how many. */
function winnerWords(task: TaskDocument): string {
  const parts = task.attempts.at(-1)?.slots.filter(({ state }) => state === 'contributed') ?? []
  const winner = winnerOf(task)
  if (winner === undefined) return ''
  if (winner.state === 'contributed') return `${parts.length} together`
  return winner.variant === null ? winner.pool : `${winner.variant} on ${winner.pool}`
}

function note(task: TaskDocument, { between }: Symbols): string {
  const waits = task.waitingFor === null ? [] : [waitWords(task)]
  return [
    ...(task.key === null ? [] : [task.key]),
    ...(task.reusedFrom === null ? [] : [`taken over from ${task.reusedFrom}`]),
    ...(task.onCriticalPath ? ['critical'] : []),
    ...waits,
    ...(task.error === null ? [] : [task.error]),
  ].join(between)
}

function waitWords({ waitingFor, needs }: TaskDocument): string {
  if (waitingFor === 'person') return 'in doubt: waiting for a person'
  return waitingFor === 'predecessors' ? `after ${needs.join(', ')}` : `waiting for ${waitingFor ?? ''}`
}
