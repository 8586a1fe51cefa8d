import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buildGraph, type Edge } from '#core/graph/graph.ts'
import { hasCycle } from '#core/graph/has-cycle.ts'
import { cyclicComponents } from '#core/graph/strong-components.ts'

const edge = (from: number, to: number): Edge => ({ from, to, kind: 'after' })

it.each([
  ['nothing', 0, [], false],
  ['a', 1, [], false],
  ['a -> a', 1, [edge(0, 0)], true],
  ['a -> b, twice', 2, [edge(0, 1), edge(0, 1)], false],
  ['a -> b -> a', 2, [edge(0, 1), edge(1, 0)], true],
  ['a -> b, a -> c, b -> d, c -> d', 4, [edge(0, 1), edge(0, 2), edge(1, 3), edge(2, 3)], false],
  ['a -> b -> c -> b', 3, [edge(0, 1), edge(1, 2), edge(2, 1)], true],
])('sees whether there is a cycle in %s', (_, size, edges, expected) => {
  expect(hasCycle(size, edges)).toBe(expected)
})

it('finds a cycle where some nodes can all reach each other', () => {
  const node = fc.nat({ max: 7 })
  const edges = fc.array(
    fc.tuple(node, node).map(([from, to]) => edge(from, to)),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(edges, (drawn) => {
      const ids = Array.from({ length: 8 }, (_, index) => `t${index}`)
      expect(hasCycle(8, drawn)).toBe(cyclicComponents(buildGraph(ids, drawn)).length > 0)
    }),
  )
})
