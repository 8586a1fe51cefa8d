import type { DrawnTask } from '#cli/graph/drawn-task.ts'
import { laneRows, type LaneCell, type LaneRow } from '#cli/graph/lanes.ts'
import type { TaskEdge, TaskGraph } from '#cli/graph/task-graph.ts'
import { greatest } from '#cli/greatest.ts'
import { stateSymbol } from '#cli/state-sign.ts'
import { lineWidth, span, type Line, type Span } from '#cli/terminal/line.ts'
import { asciiSymbols, type Symbols } from '#cli/terminal/symbols.ts'

/** Lanes by the sides they are open to: up 8, down 4, left 2, right 1. */
const boxes = ' ╶╴─╷┌┐┬╵└┘┴│├┤┼'
const asciiBoxes = ' ---|+++|+++|+++'

/** With more tasks no eye follows the lanes: they are listed by level. */
const mostWithLanes = 500

/**
 * A graph as text, one line a task: its lanes, its name, what multiplies it, how it stands, and what it reads of whom.
 *
 *     ○      list
 *     ├─○    clean    each series  ← list.series
 *     ○ │    rules
 *     ○─┘    report   ← clean.cleaned, rules
 */
export function terminalDrawing(
  graph: TaskGraph,
  tasks: ReadonlyMap<string, DrawnTask>,
  symbols: Symbols,
): readonly Line[] {
  const rows = graph.nodes.length > mostWithLanes ? listRows(graph) : laneRows(graph)
  const critical = new Set(graph.criticalPath)
  const drawn = rows.map((row) => ({ row, lanes: lanesLine(row, tasks.get(row.node.id), symbols) }))
  const lanesWidth = greatest(
    drawn.map(({ lanes }) => lineWidth(lanes)),
    0,
  )
  const nameWidth = greatest(
    graph.nodes.map(({ id }) => id.length),
    0,
  )
  return drawn.map(({ row: { node }, lanes }) => {
    const task = tasks.get(node.id)
    const words = [...(task?.traits ?? []), ...stateWords(task)].join(', ')
    const from = node.edges.map(edgeWords).join(', ')
    return [
      ...lanes,
      span(' '.repeat(lanesWidth - lineWidth(lanes) + 2)),
      span(node.id.padEnd(nameWidth), critical.has(node.id) ? 'strong' : 'plain'),
      ...(words === '' ? [] : [span(`  ${words}`)]),
      ...(from === '' ? [] : [span(`  ${symbols.from} ${from}`, 'dim')]),
    ]
  })
}

/** One lane with a task on each row. */
function listRows(graph: TaskGraph): readonly LaneRow[] {
  const cell = { up: false, down: false, left: false, right: false, crossed: false }
  return graph.nodes.map((node) => ({ node, lane: 0, cells: [cell] }))
}

function lanesLine({ lane, cells }: LaneRow, task: DrawnTask | undefined, symbols: Symbols): Line {
  return cells.flatMap((cell, index): readonly Span[] => [
    index === lane ? nodeSpan(task, symbols) : span(box(cell, symbols), 'dim'),
    ...(index === cells.length - 1 ? [] : [connector(cell, symbols)]),
  ])
}

function connector(cell: LaneCell, symbols: Symbols): Span {
  return span(cell.right ? box({ ...cell, up: false, down: false, left: true, crossed: false }, symbols) : ' ', 'dim')
}

function nodeSpan(task: DrawnTask | undefined, symbols: Symbols): Span {
  const state = task?.state ?? null
  return state === null ? span(symbols.node) : stateSymbol(state, symbols)
}

function box({ up, down, left, right, crossed }: LaneCell, symbols: Symbols): string {
  const set = symbols === asciiSymbols ? asciiBoxes : boxes
  // A lane that is passed by keeps its line whole: the crossing line goes behind it.
  const sides = crossed ? 12 : (up ? 8 : 0) + (down ? 4 : 0) + (left ? 2 : 0) + (right ? 1 : 0)
  return set[sides] ?? ' '
}

function stateWords(task: DrawnTask | undefined): readonly string[] {
  if (task === undefined || task.state === null) return []
  return [task.progress ?? task.state]
}

function edgeWords({ from, outputs, kind }: TaskEdge): string {
  const each = kind === 'each' ? '[i]' : ''
  return outputs.length === 0 ? from : outputs.map((output) => `${from}${each}.${output}`).join(', ')
}
