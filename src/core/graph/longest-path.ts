import type { Digraph } from '#core/graph/graph.ts'
import { topologicalOrder } from '#core/graph/topological-order.ts'

/** The heaviest chain of a graph: its nodes from start to end, and the sum of their weights. */
export interface CriticalPath {
  readonly nodes: readonly number[]
  readonly weight: number
}

/**
 * The upward rank: for each node the weight of the heaviest path from it to an end, itself included. `weights[n]` is
 * that of node n, not negative. Acyclic. O(V + E).
 */
export function upwardRanks(graph: Digraph, weights: readonly number[]): readonly number[] {
  const ranks = graph.successors.map(() => 0)
  for (const node of topologicalOrder(graph).toReversed()) {
    let heaviest = 0
    for (const successor of graph.successors[node] as readonly number[]) {
      heaviest = Math.max(heaviest, ranks[successor] as number)
    }
    ranks[node] = (weights[node] as number) + heaviest
  }
  return ranks
}

/**
 * The heaviest path through a graph; between equal ones, at each step the node with the smallest number. With weights
 * in seconds it is what no number of machines makes shorter. Acyclic; empty for an empty graph. O(V + E).
 */
export function criticalPath(graph: Digraph, weights: readonly number[]): CriticalPath {
  const ranks = upwardRanks(graph, weights)
  const starts = [...graph.predecessors.keys()].filter((node) => graph.predecessors[node]?.length === 0)
  const nodes: number[] = []
  const first = heaviestOf(starts, ranks)
  for (let node = first; node !== undefined; node = heaviestOf(graph.successors[node] as readonly number[], ranks)) {
    nodes.push(node)
  }
  return { nodes, weight: first === undefined ? 0 : (ranks[first] as number) }
}

function heaviestOf(candidates: readonly number[], ranks: readonly number[]): number | undefined {
  let best: number | undefined
  for (const candidate of candidates) {
    if (best === undefined || (ranks[candidate] as number) > (ranks[best] as number)) best = candidate
  }
  return best
}
