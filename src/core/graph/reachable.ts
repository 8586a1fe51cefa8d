import type { Digraph } from '#core/graph/graph.ts'

/** The nodes that wait, directly or not, for any of `starts`, sorted; a start only if it waits for another. O(V + E). */
export function descendants({ successors }: Digraph, starts: readonly number[]): readonly number[] {
  return reachable(successors, starts)
}

/** The nodes that any of `starts` waits for, directly or not, sorted; a start only if another waits for it. O(V + E). */
export function ancestors({ predecessors }: Digraph, starts: readonly number[]): readonly number[] {
  return reachable(predecessors, starts)
}

function reachable(neighbours: readonly (readonly number[])[], starts: readonly number[]): readonly number[] {
  const reached = new Set<number>()
  const open = [...starts]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const neighbour of neighbours[node] as readonly number[]) {
      if (reached.has(neighbour)) continue
      reached.add(neighbour)
      open.push(neighbour)
    }
  }
  return [...reached].sort((a, b) => a - b)
}
