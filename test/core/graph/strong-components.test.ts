import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cyclicComponents } from '#core/graph/strong-components.ts'
import { anyGraph, drawn, idsOf, reachability } from './drawn-graph.ts'

it('finds the knots of a graph, and tasks that wait for themselves', () => {
  // A ⇄ B ─▶ C    D ─▶ E ─▶ F ─▶ D    G ↺    H
  const graph = drawn('A -> B -> A, B -> C, D -> E -> F -> D, G -> G, H')
  expect(cyclicComponents(graph).map((component) => idsOf(graph, component))).toStrictEqual([
    ['A', 'B'],
    ['D', 'E', 'F'],
    ['G'],
  ])
})

it('finds exactly the sets that can all reach each other', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const reaches = reachability(graph)
      const expected = [...graph.ids.keys()]
        .map((node) => [...graph.ids.keys()].filter((other) => reaches[node]![other]! && reaches[other]![node]!))
        .filter((component, node) => component[0] === node)
      expect(cyclicComponents(graph)).toStrictEqual(expected)
    }),
  )
})

it('goes as deep as a graph is long', () => {
  const length = 100_000
  const successors = Array.from({ length }, (_, node) => [(node + 1) % length])
  expect(cyclicComponents({ successors, predecessors: [] })).toHaveLength(1)
})
