import type { Digraph } from '#core/graph/graph.ts'
import { topologicalOrder } from '#core/graph/topological-order.ts'

/** How many edges the longest way from a start leads to each node: 0 for those that wait for nothing. Acyclic. O(V + E). */
export function levels(graph: Digraph): readonly number[] {
  const level = graph.successors.map(() => 0)
  for (const node of topologicalOrder(graph)) {
    const next = (level[node] as number) + 1
    for (const successor of graph.successors[node] as readonly number[]) {
      if ((level[successor] as number) < next) level[successor] = next
    }
  }
  return level
}
