import type { Digraph } from '#core/graph/graph.ts'

/**
 * The nodes so that every edge leads forward; among nodes that are free together the smaller number goes first (Kahn).
 * Nodes on cycles, and those behind them, are left out: the order is whole exactly when the graph has no cycle.
 * O(V + E).
 */
export function topologicalOrder({ successors, predecessors }: Digraph): readonly number[] {
  const waitingFor = predecessors.map((list) => list.length)
  const order: number[] = []
  for (const [node, count] of waitingFor.entries()) if (count === 0) order.push(node)
  for (let next = 0; next < order.length; next++) {
    for (const successor of successors[order[next] as number] as readonly number[]) {
      const left = (waitingFor[successor] as number) - 1
      waitingFor[successor] = left
      if (left === 0) order.push(successor)
    }
  }
  return order
}
