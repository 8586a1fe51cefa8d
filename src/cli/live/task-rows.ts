import { duration } from '#cli/format/duration.ts'
import type { TaskNode } from '#cli/graph/task-graph.ts'
import { wasActive, type InstanceView, type RunView, type Standing, type TaskView } from '#cli/live/run-view.ts'
import { slotCell, tookS } from '#cli/live/slot-cell.ts'
import { lineWidth, span, wrapped, type Line, type Tone } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { latestAttempt } from '#core/run/task.ts'

/** A row of the tree, and how much a reader of a small screen needs it. */
export interface Row {
  readonly line: Line
  readonly urgency: 'active' | 'failed' | 'settled' | 'pending'
}

/** What the rows are drawn from. */
export interface RowContext {
  readonly view: RunView
  readonly plan: Plan | null
  readonly symbols: Symbols
  readonly nowMs: number
  readonly width: number
  /** Columns that names are padded to. */
  readonly nameWidth: number
}

/** Failed instances shown below their task; the others are counted. */
const failedShown = 3

/** How long the outcome of a race stays in sight. */
const outcomeMs = 3000

/** The rows of one task: itself and, when it is repeated, its instances that run, failed, or just won a race. */
export function taskRows(node: TaskNode, context: RowContext): readonly Row[] {
  const task = context.view.task(node.id)
  if (task === undefined) return [pendingRow(node, context)]
  return node.task.forEach === undefined ? plainRows(node, context) : repeatedRows(node, task, context)
}

function pendingRow(node: TaskNode, context: RowContext): Row {
  const after = node.edges.map(({ from }) => from).join(', ')
  const words = after === '' ? 'waiting for the plan' : `after ${after}`
  return { line: [...named(context.symbols.pending, 'dim', node.id, context), span(words, 'dim')], urgency: 'pending' }
}

function plainRows(node: TaskNode, context: RowContext): readonly Row[] {
  const instance = context.view.instance(node.id)
  if (instance === undefined) return [pendingRow(node, context)]
  const standing = standingOf(context.view.task(node.id))
  const [symbol, tone] = sign(standing, context.symbols)
  const urgency = urgencyOf(standing)
  return attemptLines(named(symbol, tone, node.id, context), instance, context).map((line) => ({ line, urgency }))
}

function repeatedRows(node: TaskNode, task: TaskView, context: RowContext): readonly Row[] {
  const { view, symbols } = context
  const standing = standingOf(task)
  const [symbol, tone] = sign(standing, symbols)
  const total = task.expanded === null ? '' : `${symbols.times}${task.expanded}  `
  const words = span(`${total}${tally(task, context)}`)
  const shown = [...task.failed.slice(0, failedShown), ...task.lastRaces, ...task.open].flatMap((id) => {
    const instance = view.instance(id)
    return instance !== undefined && isWorthARow(instance, context.nowMs) ? [instance] : []
  })
  const labels = shown.map(({ row }) => span(`    ${row.id}${row.key === null ? '' : ` ${row.key}`}`))
  const widest = Math.max(0, ...labels.map((label) => lineWidth([label])))
  return [
    { line: [...named(symbol, tone, node.id, context), words], urgency: urgencyOf(standing) },
    ...shown.flatMap((instance, index) => {
      const label = labels[index] ?? span('')
      const head = [label, span(' '.repeat(widest - lineWidth([label]) + 2))]
      const { state } = instance.row
      const urgency = state === 'failed' ? 'failed' : state === 'committed' ? 'settled' : 'active'
      return attemptLines(head, instance, context).map((line): Row => ({ line, urgency }))
    }),
  ]
}

/** `5 committed · 2 running · 1 waiting (capacity)`. */
function tally(task: TaskView, { view, symbols }: RowContext): string {
  const parts: string[] = []
  for (const [standing, number] of Object.entries(task.counts)) {
    if (number === 0) continue
    const why = standing === 'waiting' ? waitingFor(task, view) : ''
    parts.push(`${number} ${standing}${why}`)
  }
  const won = [...task.wonBy].map(([pool, races]) => `${pool} ${races}`).join(', ')
  return [...parts, ...(won === '' ? [] : [`races won by ${won}`])].join(symbols.between)
}

function waitingFor(task: TaskView, view: RunView): string {
  const reasons = new Set<string>()
  for (const id of task.open) {
    const instance = view.instance(id)
    if (instance === undefined || isAtWork(instance)) continue
    for (const { waitingFor: reason, state } of instance.slots)
      if (state === 'waiting' && reason !== null) reasons.add(reason)
  }
  return reasons.size === 0 ? '' : ` (${[...reasons].join(', ')})`
}

/** The clones of the latest attempt side by side, after what the attempts before it came to. */
function attemptLines(head: Line, instance: InstanceView, context: RowContext): readonly Line[] {
  const { row, slots } = instance
  const attempt = latestAttempt(row)
  if (attempt === undefined) return [[...head, span(row.error ?? 'waiting', row.error === null ? 'wait' : 'dim')]]
  const own = slots.filter((slot) => slot.attempt === attempt.number)
  const hedgeAtMs = hedgeAt(own, context.plan?.placements[row.task]?.hedgeAfterS ?? null)
  const cells = own.map((slot) => shortWinner(own, slot) ?? slotCell(slot, { ...context, hedgeAtMs }))
  if (attempt.state === 'in-doubt') {
    return [[...head, span(`in doubt after ${attempt.failure?.cause ?? 'a failure'}: waits for a person`, 'bad')]]
  }
  const before = row.attempts.at(-2)
  const cause = before?.failure?.cause ?? 'a failure'
  const again = before === undefined ? [] : [span(`attempt ${attempt.number} after ${cause}: `, 'wait')]
  const parts = cells.filter((cell) => cell.length > 0)
  return wrapped([...head, ...again], parts, context.symbols.beside, context.width)
}

/** A clone that had no rival needs no word about having won. */
function shortWinner(slots: readonly SlotRecord[], slot: SlotRecord): Line | undefined {
  if (slot.state !== 'won' || slots.filter(wasActive).length > 1) return undefined
  const seconds = tookS(slot)
  return [span(`${slot.pool}${seconds === null ? '' : ` ${duration(seconds)}`}`)]
}

function hedgeAt(slots: readonly SlotRecord[], afterS: number | null): number | null {
  const started = slots.flatMap((slot) => (slot.startingAtMs === null ? [] : [slot.startingAtMs]))
  return afterS === null || started.length === 0 ? null : Math.min(...started) + afterS * 1000
}

function isWorthARow({ row, slots }: InstanceView, nowMs: number): boolean {
  if (row.state === 'failed' || latestAttempt(row)?.state === 'in-doubt') return true
  if (row.state === 'committed') return row.endedAtMs !== null && nowMs - row.endedAtMs < outcomeMs
  return isAtWork({ row, slots })
}

function isAtWork(instance: InstanceView | undefined): boolean {
  return instance?.slots.some((slot) => slot.startingAtMs !== null && slot.endedAtMs === null) ?? false
}

/** How a task stands as a whole: what moves first, then what went wrong. */
function standingOf(task: TaskView | undefined): Standing {
  if (task === undefined) return 'waiting'
  const { counts } = task
  if (counts.running > 0) return 'running'
  if (counts.waiting > 0) return 'waiting'
  if (counts.failed > 0) return 'failed'
  if (counts.committed > 0 || task.expanded === 0) return 'committed'
  if (counts.skipped > 0) return 'skipped'
  return counts.cancelled > 0 ? 'cancelled' : 'waiting'
}

function urgencyOf(standing: Standing): Row['urgency'] {
  if (standing === 'running' || standing === 'waiting') return 'active'
  return standing === 'failed' ? 'failed' : 'settled'
}

function sign(standing: Standing, symbols: Symbols): readonly [symbol: string, tone: Tone] {
  switch (standing) {
    case 'committed':
      return [symbols.good, 'good']
    case 'running':
      return [symbols.busy, 'busy']
    case 'waiting':
      return [symbols.waiting, 'wait']
    case 'failed':
      return [symbols.bad, 'bad']
    default:
      return [symbols.over, 'dim']
  }
}

function named(symbol: string, tone: Tone, id: string, { nameWidth }: RowContext): Line {
  return [span(`${symbol} `, tone), span(id.padEnd(nameWidth), tone === 'dim' ? 'dim' : 'strong'), span('  ')]
}
