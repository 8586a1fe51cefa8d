import type { Digraph } from '#core/graph/graph.ts'
import { cyclicComponents } from '#core/graph/strong-components.ts'

/**
 * Every node with an edge to itself, and for each knot (each set of nodes that can all reach each other) the shortest
 * cycle of two nodes or more. A cycle starts at its smallest node, and its last node leads back to the first. Breadth
 * first from every node of a knot, O(V x E) of it; beyond `budget` steps the shortest cycle so far is taken, so that a
 * huge knot takes no longer. Empty without cycles.
 */
export function shortestCycles(graph: Digraph, budget = 1_000_000): readonly (readonly number[])[] {
  return cyclicComponents(graph).flatMap((component) => {
    const loops = component.filter((node) => graph.successors[node]?.includes(node)).map((node) => [node])
    return component.length === 1 ? loops : [...loops, shortestCycleIn(component, graph, budget)]
  })
}

function shortestCycleIn(component: readonly number[], { successors }: Digraph, budget: number): readonly number[] {
  const members = new Set(component)
  let shortest: readonly number[] = []
  let steps = 0
  for (const start of component) {
    const cameFrom = new Map<number, number>()
    const reached = [start]
    // In a knot every node is on a cycle, so a way back is found.
    let closing = start
    search: for (let next = 0; next < reached.length; next++) {
      const node = reached[next] as number
      for (const successor of successors[node] as readonly number[]) {
        steps++
        if (successor === node) continue
        if (successor === start) {
          closing = node
          break search
        }
        if (members.has(successor) && !cameFrom.has(successor)) {
          cameFrom.set(successor, node)
          reached.push(successor)
        }
      }
    }
    const cycle = pathTo(closing, start, cameFrom)
    if (shortest.length === 0 || cycle.length < shortest.length) shortest = cycle
    if (shortest.length === 2 || steps > budget) break
  }
  return rotatedToSmallest(shortest)
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): readonly number[] {
  const path = [end]
  for (let node = end; node !== start;) {
    node = cameFrom.get(node) as number
    path.push(node)
  }
  return path.reverse()
}

function rotatedToSmallest(cycle: readonly number[]): readonly number[] {
  const smallest = cycle.indexOf(cycle.reduce((least, node) => Math.min(least, node)))
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)]
}
