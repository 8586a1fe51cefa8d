import type { TaskGraph, TaskNode } from '#cli/graph/task-graph.ts'

/** A row of the drawing: one task, and what stands in each lane beside it. */
export interface LaneRow {
  readonly node: TaskNode
  /** The lane of the task itself. */
  readonly lane: number
  readonly cells: readonly LaneCell[]
}

/** What a lane shows on one row: lines to its four sides. A `crossed` lane is passed by without touching. */
export interface LaneCell {
  readonly up: boolean
  readonly down: boolean
  readonly left: boolean
  readonly right: boolean
  readonly crossed: boolean
}

/**
 * One row a task, predecessors first, as a history of commits is drawn: a task whose successors are not all drawn yet
 * keeps a lane; a row joins the lanes of its predecessors to its own. O((tasks + edges) · lanes).
 */
export function laneRows(graph: TaskGraph): readonly LaneRow[] {
  const left = new Map<string, number>()
  for (const { edges } of graph.nodes) for (const { from } of edges) left.set(from, (left.get(from) ?? 0) + 1)
  const lanes: (string | undefined)[] = []
  return depthFirst(graph).map((node): LaneRow => {
    const before = [...lanes]
    const joined = new Set(node.edges.map(({ from }) => lanes.indexOf(from)))
    let own: number | undefined
    for (const [index, source] of before.entries()) {
      if (source === undefined || !joined.has(index)) continue
      const remaining = (left.get(source) ?? 0) - 1
      left.set(source, remaining)
      if (remaining > 0) continue
      lanes[index] = undefined
      own ??= index
    }
    own ??= firstFree(before)
    lanes[own] = left.has(node.id) ? node.id : undefined
    return { node, lane: own, cells: cellsOf(before, lanes, joined, own) }
  })
}

function cellsOf(
  before: readonly (string | undefined)[],
  after: readonly (string | undefined)[],
  joined: ReadonlySet<number>,
  own: number,
): readonly LaneCell[] {
  const first = Math.min(own, ...joined)
  const last = Math.max(own, ...joined)
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index): LaneCell => {
    const touched = joined.has(index) || index === own
    const up = before[index] !== undefined
    const within = index >= first && index <= last
    return {
      up,
      down: after[index] !== undefined,
      left: within && index > first,
      right: within && index < last,
      crossed: within && !touched && up,
    }
  })
}

/** Successors as soon as they are ready, so that a chain stays together and needs one lane. */
function depthFirst({ nodes }: TaskGraph): readonly TaskNode[] {
  const missing = new Map(nodes.map(({ id, edges }) => [id, edges.length]))
  const successors = new Map<string, TaskNode[]>()
  for (const node of nodes) {
    for (const { from } of node.edges) {
      const known = successors.get(from)
      if (known === undefined) successors.set(from, [node])
      else known.push(node)
    }
  }
  const order: TaskNode[] = []
  const ready = nodes.filter(({ edges }) => edges.length === 0).toReversed()
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next)
    for (const successor of (successors.get(next.id) ?? []).toReversed()) {
      const waits = (missing.get(successor.id) ?? 0) - 1
      missing.set(successor.id, waits)
      if (waits === 0) ready.push(successor)
    }
  }
  return order
}

function firstFree(lanes: readonly (string | undefined)[]): number {
  const free = lanes.indexOf(undefined)
  return free === -1 ? lanes.length : free
}
