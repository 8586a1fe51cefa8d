import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ancestors, descendants } from '#core/graph/reachable.ts'
import { anyGraph, drawn, idsOf, reachability } from './drawn-graph.ts'

it('finds all that waits for a task, and all that it waits for', () => {
  const graph = drawn('A -> B -> D, A -> C -> D, E -> D, D -> F')
  expect(idsOf(graph, descendants(graph, [1]))).toStrictEqual(['D', 'F'])
  expect(idsOf(graph, ancestors(graph, [3]))).toStrictEqual(['A', 'B', 'C', 'E'])
  expect(descendants(graph, [])).toStrictEqual([])
})

it('is what a chain of edges leads to, both ways', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const reaches = reachability(graph)
      for (const node of graph.ids.keys()) {
        const nodes = [...graph.ids.keys()]
        expect(descendants(graph, [node])).toStrictEqual(nodes.filter((other) => reaches[node]![other]))
        expect(ancestors(graph, [node])).toStrictEqual(nodes.filter((other) => reaches[other]![node]))
      }
    }),
  )
})
