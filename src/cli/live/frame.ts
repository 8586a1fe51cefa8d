import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { greatest } from '#cli/greatest.ts'
import { standings, type RunView } from '#cli/live/run-view.ts'
import { taskRows } from '#cli/live/task-rows.ts'
import { fitted } from '#cli/live/window.ts'
import { span, wrapped, type Line, type Tone } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { Plan, PlanDraft } from '#core/planning/plan.ts'
import type { RunRecord, RunState } from '#core/run/run.ts'

/** A run at one moment. */
export interface Picture {
  readonly view: RunView
  readonly graph: TaskGraph
  readonly plan: Plan | null
  /** Whether prices are made up by this machine. */
  readonly emulated: boolean
  readonly nowMs: number
  readonly symbols: Symbols
  /** Columns and lines that the frame may take. */
  readonly width: number
  readonly height: number
}

/** Longest name that all names are padded to. */
const widestName = 24

/** The live tree: two lines about the run, then its tasks; pure. O(tasks + open instances). */
export function frame(picture: Picture): readonly Line[] {
  const { view, graph, symbols, height } = picture
  const { run } = view
  if (run === undefined) return []
  const nameWidth = Math.min(
    widestName,
    greatest(
      graph.nodes.map(({ id }) => id.length),
      0,
    ),
  )
  const rows = graph.nodes.flatMap((node) => taskRows(node, { ...picture, nameWidth }))
  const header = [titleLine(run, picture), ...countsLines(picture)]
  return [...header, ...fitted(rows, Math.max(1, height - header.length), symbols.more)]
}

function titleLine(run: RunRecord, { nowMs, plan, symbols }: Picture): Line {
  const tone = toneOf(run.state)
  const elapsed = duration(((run.finishedAtMs ?? nowMs) - run.createdAtMs) / 1000)
  return [
    span(run.workflow, 'strong'),
    span(`  ${run.id}  `),
    span(run.state, tone),
    span(`  ${elapsed}`),
    ...(plan === null ? [] : [span(` (${predicted(plan, symbols)})`, 'dim')]),
  ]
}

/** The plan's makespan, median to 90th percentile: `predicted 12.0s–20.0s`; `guessed` where nothing is known of any task. */
export function predicted(plan: PlanDraft, symbols: Symbols): string {
  const { p50, p90 } = plan.predicted.makespanS
  const guess = Object.values(plan.placements).every((placement) => placement.predicted.basis.kind === 'none')
  return `${guess ? 'guessed' : 'predicted'} ${duration(p50)}${symbols.range}${duration(p90)}`
}

function countsLines(picture: Picture): readonly Line[] {
  const { view, symbols, emulated, width } = picture
  const { counts, spent } = view
  const parts: Line[] = [[span(`${counts.committed} of ${total(picture)} committed`)]]
  for (const standing of standings) {
    if (standing === 'committed' || counts[standing] === 0) continue
    parts.push([span(`${counts[standing]} ${standing}`, standing === 'failed' ? 'bad' : 'plain')])
  }
  const wasted = spent.wastedCostUsd === 0 ? '' : `, ${money(spent.wastedCostUsd)} of it wasted`
  parts.push([span(`${money(spent.costUsd)} so far${wasted}${emulated ? ' (prices are emulated)' : ''}`)])
  return wrapped([], parts, symbols.between, width)
}

/** Instances of the run; with a `+` while a list is not known yet. */
function total({ view, graph }: Picture): string {
  let sum = 0
  let open = false
  for (const { id, task } of graph.nodes) {
    const expanded = view.task(id)?.expanded ?? null
    sum += task.forEach === undefined ? 1 : (expanded ?? 1)
    open ||= task.forEach !== undefined && expanded === null
  }
  return `${sum}${open ? '+' : ''}`
}

function toneOf(state: RunState): Tone {
  if (state === 'succeeded') return 'good'
  if (state === 'failed') return 'bad'
  return state === 'cancelled' || state === 'cancelling' ? 'wait' : 'busy'
}
