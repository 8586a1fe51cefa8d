import fc from 'fast-check'
import { expect, it } from 'vitest'
import { levels } from '#core/graph/levels.ts'
import { acyclicGraph, drawn } from './drawn-graph.ts'

it('counts the edges of the longest way to a task', () => {
  // A ─▶ B ─▶ C ─▶ D
  // ╰────────────▶╯   E
  expect(levels(drawn('A -> B -> C -> D, A -> D, E'))).toStrictEqual([0, 1, 2, 3, 0])
  expect(levels(drawn('A -> B -> D, A -> C -> D'))).toStrictEqual([0, 1, 1, 2])
})

it('is one more than the highest level waited for', () => {
  fc.assert(
    fc.property(acyclicGraph, (graph) => {
      const level = levels(graph)
      for (const [node, list] of graph.predecessors.entries()) {
        expect(level[node]).toBe(Math.max(-1, ...list.map((predecessor) => level[predecessor]!)) + 1)
      }
    }),
  )
})
