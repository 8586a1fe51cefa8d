import { count } from '#cli/format/count.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import { predicted } from '#cli/live/frame.ts'
import { quantiles } from '#cli/report/run-overview.ts'
import type { Shell } from '#cli/shell.ts'
import { line, paragraph, span, type Line } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import type { PlanPreview } from '#contract/plan-preview.ts'
import type { Placement } from '#core/planning/plan.ts'

/** A workflow that is planned and does not run. */
export interface Planned {
  readonly name: string
  readonly file: string
  readonly preview: PlanPreview
}

/** The reasons of more tasks than this are for those who ask. */
const explained = 12

const columns: readonly Column[] = [
  { title: 'task' },
  { title: 'instances', align: 'right', yields: 1 },
  { title: 'runs on', shrinks: true },
  { title: 'hedge', align: 'right', yields: 2 },
  { title: 'takes', align: 'right' },
  { title: 'costs', align: 'right' },
  { title: 'known from', shrinks: true, yields: 3 },
]

/** Time and price of the whole, a line a task, and the reasons in words. */
export function planReport({ name, file, preview }: Planned, shell: Shell): readonly Line[] {
  const { plan, costUsd, tasks } = preview
  const { symbols } = shell.out
  const placements = Object.values(plan.placements)
  const rows = placements.map((placement) => row(placement, preview, symbols))
  const open = Object.values(tasks).some(({ instances }) => instances === null)
  const first = placements[0]?.task ?? ''
  return [
    [
      span(name, 'strong'),
      span(`  ${count(placements.length, 'task')}  ${predicted(plan, symbols)}  ${range(costUsd, symbols)}`),
    ],
    ...paragraph(line('critical path  '), plan.criticalPath.join(` ${symbols.to} `), shell.columns),
    ...plan.notes.map((note) => line(`plan: ${note}`, 'dim')),
    ...(open ? [line('plan: ? instances are known once the task before has run, and count as one', 'dim')] : []),
    [],
    ...table(columns, rows, { width: shell.columns, more: symbols.more }),
    [],
    ...(placements.length <= explained
      ? reasonLines(
          preview,
          placements.map(({ task }) => task),
          shell,
        )
      : [line(`why there:  ${shell.command('plan', file, first)}`, 'dim')]),
  ]
}

/** Why tasks are placed as they are. */
export function reasonLines(
  { plan: { placements } }: PlanPreview,
  tasks: readonly string[],
  shell: Shell,
): readonly Line[] {
  return tasks.flatMap((task) =>
    paragraph([span(`${task}  `, 'strong')], placements[task]?.reason ?? '', shell.columns),
  )
}

function row(placement: Placement, { tasks }: PlanPreview, symbols: Symbols): readonly string[] {
  const { task, slots, hedgeAfterS, predicted: expected } = placement
  const { instances, costUsd } = tasks[task] as PlanPreview['tasks'][string]
  return [
    task,
    instances === null ? '?' : String(instances),
    slots
      .filter(({ kind }) => kind === 'active')
      .map(({ pool, variant }) => (variant === null ? pool : `${variant} on ${pool}`))
      .join(', '),
    hedgeAfterS === null ? '' : `after ${duration(hedgeAfterS)}`,
    quantiles(expected.durationS, symbols),
    range(costUsd, symbols),
    basisWords(placement),
  ]
}

function range({ p50, p90 }: PlanPreview['costUsd'], { range: dash }: Symbols): string {
  return money(p50) === money(p90) ? money(p50) : `${money(p50)}${dash}${money(p90)}`
}

function basisWords({ predicted: { basis } }: Placement): string {
  switch (basis.kind) {
    case 'history':
      return count(basis.samples, 'past clone')
    case 'estimate':
      return 'its estimate'
    case 'none':
      return 'nothing yet'
  }
}
