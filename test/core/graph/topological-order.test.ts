import fc from 'fast-check'
import { expect, it } from 'vitest'
import { topologicalOrder } from '#core/graph/topological-order.ts'
import { acyclicGraph, anyGraph, drawn, idsOf, reachability } from './drawn-graph.ts'

it('puts every task behind what it waits for, smaller ids first', () => {
  // A ─▶ C ─▶ E
  // B ───────▶╯   D
  const graph = drawn('A -> C -> E, B -> E, D')
  expect(idsOf(graph, topologicalOrder(graph))).toStrictEqual(['A', 'B', 'D', 'C', 'E'])
})

it('leaves out cycles and what is behind them', () => {
  const graph = drawn('A -> B -> C -> B, C -> D, E')
  expect(idsOf(graph, topologicalOrder(graph))).toStrictEqual(['A', 'E'])
})

it('holds every node once, every edge forward', () => {
  fc.assert(
    fc.property(acyclicGraph, (graph) => {
      const order = topologicalOrder(graph)
      expect(order.toSorted((a, b) => a - b)).toStrictEqual([...graph.ids.keys()])
      const place = new Map(order.map((node, index) => [node, index]))
      for (const [from, list] of graph.successors.entries()) {
        for (const to of list) expect(place.get(from)).toBeLessThan(place.get(to)!)
      }
    }),
  )
})

it('is whole exactly when there is no cycle', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const isAcyclic = reachability(graph).every((row, node) => !row[node])
      expect(topologicalOrder(graph).length === graph.ids.length).toBe(isAcyclic)
    }),
  )
})
