import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { greatest } from '#cli/greatest.ts'

/** Where everything is, in pixels from the upper left corner. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, Box>
  readonly edges: readonly PlacedEdge[]
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An edge from the right side of one box to the left side of another, by way of the levels between. */
export interface PlacedEdge {
  readonly from: string
  readonly to: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** Space around boxes, in pixels. */
export interface Spacing {
  readonly boxHeight: number
  readonly rowGap: number
  readonly columnGap: number
  readonly margin: number
}

/** A box, or the place where a long edge passes a level. */
interface Cell {
  readonly height: number
  /** Neighbours one level before and one level after. */
  readonly before: Cell[]
  readonly after: Cell[]
  y: number
}

/** Passes over the levels, forth and back; more change little. */
const passes = 4

/**
 * Levels from left to right (Sugiyama): edges over several levels get a place on each, places are ordered by the mean of
 * their neighbours to avoid crossings, then moved towards them. O(passes · (tasks + edges · levels)).
 */
export function layeredLayout(graph: TaskGraph, widthOfBox: (id: string) => number, spacing: Spacing): Layout {
  const columns: Cell[][] = Array.from(
    {
      length:
        greatest(
          graph.nodes.map(({ level }) => level),
          0,
        ) + 1,
    },
    () => [],
  )
  const cells = new Map<string, Cell>()
  for (const { id, level } of graph.nodes) cells.set(id, placed(columns, level, spacing.boxHeight))
  const levelOf = new Map(graph.nodes.map(({ id, level }) => [id, level]))
  const chains = graph.nodes.flatMap(({ id, level, edges }) =>
    edges.map(({ from }) => {
      const first = (levelOf.get(from) ?? 0) + 1
      return { from, to: id, first, cells: chain(columns, [cells.get(from), cells.get(id)], { first, end: level }) }
    }),
  )
  for (const column of columns) for (const [index, cell] of column.entries()) cell.y = index
  for (let pass = 0; pass < passes; pass++) {
    for (const column of columns.slice(1)) reorder(column, 'before')
    for (const column of columns.toReversed().slice(1)) reorder(column, 'after')
  }
  for (const column of columns) stack(column, spacing.rowGap)
  for (let pass = 0; pass < passes; pass++) {
    for (const column of columns) approach(column, 'before', spacing.rowGap)
    for (const column of columns.toReversed()) approach(column, 'after', spacing.rowGap)
  }
  return measured(graph, { columns, cells, chains }, widthOfBox, spacing)
}

interface Parts {
  readonly columns: readonly (readonly Cell[])[]
  readonly cells: ReadonlyMap<string, Cell>
  /** `first` is the level of the first of its cells. */
  readonly chains: readonly {
    readonly from: string
    readonly to: string
    readonly first: number
    readonly cells: readonly Cell[]
  }[]
}

function measured(graph: TaskGraph, parts: Parts, widthOfBox: (id: string) => number, spacing: Spacing): Layout {
  const { columns, cells, chains } = parts
  const widths = columns.map(() => 0)
  for (const { id, level } of graph.nodes) widths[level] = Math.max(widths[level] ?? 0, widthOfBox(id))
  const lefts: number[] = []
  let x = spacing.margin
  for (const width of widths) {
    lefts.push(x)
    x += width + spacing.columnGap
  }
  const all = columns.flat()
  const top = -greatest(
    all.map(({ y }) => -y),
    -Infinity,
  )
  const bottom = greatest(
    all.map(({ y, height }) => y + height),
    -Infinity,
  )
  const down = (y: number) => Math.round(y - top + spacing.margin)
  const boxes = new Map(
    graph.nodes.map(({ id, level }): [string, Box] => {
      const cell = cells.get(id)
      return [id, { x: lefts[level] ?? 0, y: down(cell?.y ?? 0), width: widths[level] ?? 0, height: spacing.boxHeight }]
    }),
  )
  const edges = chains.map(({ from, to, first, cells: passed }): PlacedEdge => {
    const start = boxes.get(from)
    const end = boxes.get(to)
    const between = passed.flatMap(({ y }, index): [number, number][] => {
      const left = lefts[first + index] ?? 0
      return [
        [left, down(y)],
        [left + (widths[first + index] ?? 0), down(y)],
      ]
    })
    return {
      from,
      to,
      points: [
        [(start?.x ?? 0) + (start?.width ?? 0), (start?.y ?? 0) + spacing.boxHeight / 2],
        ...between,
        [end?.x ?? 0, (end?.y ?? 0) + spacing.boxHeight / 2],
      ],
    }
  })
  return {
    width: x - spacing.columnGap + spacing.margin,
    height: Math.round(bottom - top) + 2 * spacing.margin,
    boxes,
    edges,
  }
}

function placed(columns: readonly Cell[][], level: number, height: number): Cell {
  const cell: Cell = { height, before: [], after: [], y: 0 }
  columns[level]?.push(cell)
  return cell
}

/** Links an edge's ends by way of one cell on each level between them, and returns those. */
function chain(
  columns: readonly Cell[][],
  [start, end]: readonly [Cell | undefined, Cell | undefined],
  levels: { readonly first: number; readonly end: number },
): readonly Cell[] {
  if (start === undefined || end === undefined) return []
  const { first } = levels
  const between = Array.from({ length: levels.end - first }, (_, step) => placed(columns, first + step, 0))
  const path = [start, ...between, end]
  for (const [index, cell] of path.slice(1).entries()) {
    path[index]?.after.push(cell)
    if (path[index] !== undefined) cell.before.push(path[index])
  }
  return between
}

/** Sorts a level by the mean place of its neighbours on one side; a cell without any keeps its own. */
function reorder(column: Cell[], side: 'before' | 'after'): void {
  const place = new Map(column.map((cell, index) => [cell, mean(cell[side].map(({ y }) => y)) ?? index]))
  column.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
  for (const [index, cell] of column.entries()) cell.y = index
}

function stack(column: readonly Cell[], gap: number): void {
  const height = column.reduce((sum, cell) => sum + cell.height + gap, -gap)
  let y = -height / 2
  for (const cell of column) {
    cell.y = y
    y += cell.height + gap
  }
}

/** Moves each cell towards the middle of its neighbours as far as those above leave room, then back from below. */
function approach(column: readonly Cell[], side: 'before' | 'after', gap: number): void {
  let floor = -Infinity
  for (const cell of column) {
    const wanted = mean(cell[side].map(({ y, height }) => y + height / 2))
    cell.y = Math.max(floor, wanted === undefined ? cell.y : wanted - cell.height / 2)
    floor = cell.y + cell.height + gap
  }
  const drift = mean(column.map(({ y, height }) => y + height / 2)) ?? 0
  const goal = mean(column.flatMap((cell) => cell[side].map(({ y, height }) => y + height / 2))) ?? drift
  for (const cell of column) cell.y += goal - drift
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
