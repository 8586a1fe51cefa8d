import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shortestCycles } from '#core/graph/shortest-cycle.ts'
import { acyclicGraph, anyGraph, drawn, idsOf, reachability } from './drawn-graph.ts'

it.each([
  ['A -> B, A -> C, B -> D, C -> D', []],
  ['A -> A', [['A']]],
  ['B -> A -> B', [['A', 'B']]],
  ['C -> B -> A -> C', [['A', 'C', 'B']]],
  // The long way round and the short one.
  ['A -> B -> C -> D -> A, C -> A', [['A', 'B', 'C']]],
  ['A -> B -> C -> D -> A, C -> B', [['B', 'C']]],
  // Two that share nothing.
  [
    'A -> B -> A, C -> D -> E -> C',
    [
      ['A', 'B'],
      ['C', 'D', 'E'],
    ],
  ],
  // A task that waits for itself in the middle of a cycle.
  ['A -> B -> C -> A, B -> B', [['B'], ['A', 'B', 'C']]],
])('names the shortest cycles of %s', (drawing, expected) => {
  const graph = drawn(drawing)
  expect(shortestCycles(graph).map((cycle) => idsOf(graph, cycle))).toStrictEqual(expected)
})

it('finds none where there is none', () => {
  fc.assert(
    fc.property(acyclicGraph, (graph) => {
      expect(shortestCycles(graph)).toStrictEqual([])
    }),
  )
})

it('finds cycles of the graph, none longer than the shortest way back to any of its nodes', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const isCyclic = reachability(graph).some((row, node) => row[node])
      const cycles = shortestCycles(graph)
      expect(cycles.length > 0).toBe(isCyclic)
      for (const cycle of cycles) {
        for (const [index, node] of cycle.entries()) {
          expect(graph.successors[node]).toContain(cycle[(index + 1) % cycle.length])
          const isLoop = cycle.length === 1
          expect(isLoop || wayBack(graph.successors, node) >= cycle.length).toBe(true)
        }
        expect(cycle[0]).toBe(Math.min(...cycle))
      }
    }),
  )
})

it('takes the shortest so far when its budget is spent', () => {
  const length = 1_000
  const successors = Array.from({ length }, (_, node) => [(node + 1) % length])
  successors[500] = [499, 501]
  const predecessors = successors.map(() => [])
  expect(shortestCycles({ successors, predecessors }, 10)[0]).toHaveLength(length)
  expect(shortestCycles({ successors, predecessors })[0]).toStrictEqual([499, 500])
})

/** Edges of the shortest way from a node back to it that is not an edge to itself. */
function wayBack(successors: readonly (readonly number[])[], start: number): number {
  let reached = new Set(successors[start]!.filter((node) => node !== start))
  for (let length = 1; length <= successors.length; length++) {
    if (length > 1 && reached.has(start)) return length
    reached = new Set([...reached].flatMap((node) => successors[node]!.filter((next) => next !== node)))
  }
  return Infinity
}
