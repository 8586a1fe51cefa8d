import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Graph } from '#core/graph/graph.ts'
import { criticalPath, upwardRanks } from '#core/graph/longest-path.ts'
import { acyclicGraph, drawn, idsOf } from './drawn-graph.ts'

describe('the critical path', () => {
  it('is the heaviest chain from start to end', () => {
    // A(1) ─▶ B(5) ─▶ D(1)
    //   ╰───▶ C(2) ───▶╯
    const graph = drawn('A -> B -> D, A -> C -> D')
    const path = criticalPath(graph, [1, 5, 2, 1])
    expect(idsOf(graph, path.nodes)).toStrictEqual(['A', 'B', 'D'])
    expect(path.weight).toBe(7)
  })

  it('goes to the smaller id where two ways are equally long', () => {
    const graph = drawn('A -> B -> D, A -> C -> D, E -> F -> G')
    expect(idsOf(graph, criticalPath(graph, [1, 1, 1, 1, 1, 1, 1]).nodes)).toStrictEqual(['A', 'B', 'D'])
  })

  it('of nothing is nothing', () => {
    expect(criticalPath({ successors: [], predecessors: [] }, [])).toStrictEqual({ nodes: [], weight: 0 })
  })
})

describe('laws of longest paths', () => {
  const weighted = acyclicGraph.chain((graph) =>
    fc.tuple(
      fc.constant(graph),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: graph.ids.length, maxLength: graph.ids.length }),
    ),
  )

  it('ranks a node by the heaviest of all paths from it', () => {
    fc.assert(
      fc.property(weighted, ([graph, weights]) => {
        expect(upwardRanks(graph, weights)).toStrictEqual(weights.map((_, node) => heaviest(graph, weights, node)))
      }),
    )
  })

  it('is a path of the graph, as heavy as the highest rank', () => {
    fc.assert(
      fc.property(weighted, ([graph, weights]) => {
        const { nodes, weight } = criticalPath(graph, weights)
        for (const [index, node] of nodes.slice(1).entries()) expect(graph.successors[nodes[index]!]).toContain(node)
        expect(nodes.reduce((sum, node) => sum + weights[node]!, 0)).toBe(weight)
        expect(weight).toBe(Math.max(0, ...upwardRanks(graph, weights)))
      }),
    )
  })

  it('stays when a task beside it becomes lighter', () => {
    fc.assert(
      fc.property(weighted, ([graph, weights]) => {
        const { nodes, weight } = criticalPath(graph, weights)
        const lighter = weights.map((own, node) => (nodes.includes(node) ? own : 0))
        expect(criticalPath(graph, lighter).weight).toBe(weight)
      }),
    )
  })
})

function heaviest(graph: Graph, weights: readonly number[], node: number): number {
  return weights[node]! + Math.max(0, ...graph.successors[node]!.map((next) => heaviest(graph, weights, next)))
}
