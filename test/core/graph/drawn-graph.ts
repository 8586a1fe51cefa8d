import fc from 'fast-check'
import { buildGraph, graphOf, type Graph } from '#core/graph/graph.ts'
import { dag } from '../../builders/dag.ts'

/** A graph drawn as edges: `'A -> B, A -> C'`. Node n is the n-th id in alphabetical order. */
export function drawn(drawing: string): Graph {
  return graphOf(dag(drawing))
}

/** The ids of nodes. */
export function idsOf(graph: Graph, nodes: readonly number[]): readonly string[] {
  return nodes.map((node) => graph.ids[node]!)
}

/** Any small graph without cycles: edges lead from smaller to larger nodes. */
export const acyclicGraph: fc.Arbitrary<Graph> = fc
  .integer({ min: 0, max: 12 })
  .chain((size) => fc.tuple(fc.constant(size), size < 2 ? fc.constant([]) : edgesBetween(size)))
  .map(([size, pairs]) =>
    fromPairs(
      size,
      pairs.filter(([a, b]) => a !== b).map(([a, b]) => (a < b ? [a, b] : [b, a])),
    ),
  )

/** Any small graph, with cycles, repeated edges and edges of a node to itself. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .integer({ min: 1, max: 9 })
  .chain((size) => edgesBetween(size).map((pairs) => fromPairs(size, pairs)))

function edgesBetween(size: number): fc.Arbitrary<readonly [number, number][]> {
  const node = fc.integer({ min: 0, max: size - 1 })
  return fc.array(fc.tuple(node, node), { maxLength: size * 3 })
}

function fromPairs(size: number, pairs: readonly (readonly [number, number])[]): Graph {
  const ids = Array.from({ length: size }, (_, node) => `t${node}`)
  return buildGraph(
    ids,
    pairs.map(([from, to]) => ({ from, to, kind: 'after' })),
  )
}

/** Whether each node reaches each other one by one edge or more, by repeated squaring of the obvious. */
export function reachability({ successors }: Graph): readonly (readonly boolean[])[] {
  const reaches = successors.map((list) => successors.map((_, node) => list.includes(node)))
  for (const middle of reaches.keys()) {
    for (const from of reaches.keys()) {
      for (const to of reaches.keys()) {
        if (reaches[from]![middle]! && reaches[middle]![to]!) reaches[from]![to] = true
      }
    }
  }
  return reaches
}
