import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildGraph, dependenciesOf, graphOf } from '#core/graph/graph.ts'
import { dag, task, workflowOf } from '../../builders/dag.ts'
import { anyGraph, drawn } from './drawn-graph.ts'

describe('the graph of a workflow', () => {
  it('has a node for each task and an edge for each dependency', () => {
    expect(drawn('A -> B, A -> C, B -> D, C -> D')).toStrictEqual({
      ids: ['A', 'B', 'C', 'D'],
      successors: [[1, 2], [3], [3], []],
      predecessors: [[], [0], [0], [1, 2]],
      predecessorKinds: [[], ['after'], ['after'], ['after', 'after']],
    })
  })

  it('follows needs, inputs and lists', () => {
    const from = { task: 'A', output: 'o' }
    const graph = graphOf(
      workflowOf([
        task('A'),
        task('B', { needs: ['A'] }),
        task('C', {
          inputs: { x: { kind: 'output', from, optional: false }, y: { kind: 'value', value: 1, optional: false } },
        }),
        task('D', { forEach: { keys: [{ name: 'k', source: { kind: 'output', from } }], zip: false } }),
        task('E', { forEach: { keys: [{ name: 'k', source: { kind: 'each', from } }], zip: false } }),
        task('F', { forEach: { keys: [{ name: 'k', source: { kind: 'literal', items: [1] } }], zip: false } }),
      ]),
    )
    expect(graph.predecessors).toStrictEqual([[], [0], [0], [0], [0], []])
    expect(graph.predecessorKinds.map(([kind]) => kind)).toStrictEqual([
      undefined,
      'after',
      'after',
      'after',
      'each',
      undefined,
    ])
  })

  it('waits for the whole of a task where it also follows it one by one', () => {
    const from = { task: 'A', output: 'o' }
    const follower = task('B', {
      needs: ['A'],
      forEach: { keys: [{ name: 'k', source: { kind: 'each', from } }], zip: false },
    })
    expect(dependenciesOf(follower)).toStrictEqual([
      { task: 'A', kind: 'after' },
      { task: 'A', kind: 'each' },
    ])
    expect(graphOf(workflowOf([task('A'), follower])).predecessorKinds).toStrictEqual([[], ['after']])
  })

  it('follows the outputs that a condition compares, and no parameter', () => {
    const compare = { kind: 'compare', is: 'eq', right: 1 } as const
    const asking = task('B', {
      when: {
        kind: 'any',
        of: [
          { ...compare, left: { kind: 'param', param: 'A' } },
          { ...compare, left: { kind: 'output', from: { task: 'A', output: 'o' } } },
        ],
      },
    })
    expect(dependenciesOf(asking)).toStrictEqual([{ task: 'A', kind: 'after' }])
  })

  it('refuses a workflow that was not checked', () => {
    expect(() => graphOf(workflowOf([task('A', { needs: ['B'] })]))).toThrow('waits for B')
  })
})

describe('laws of graphs', () => {
  it('has each edge once, both ways, sorted', () => {
    fc.assert(
      fc.property(anyGraph, ({ successors, predecessors, predecessorKinds }) => {
        for (const [node, list] of successors.entries()) {
          expect(list).toStrictEqual([...new Set(list)].toSorted((a, b) => a - b))
          for (const successor of list) expect(predecessors[successor]).toContain(node)
        }
        for (const [node, list] of predecessors.entries()) {
          expect(list).toStrictEqual([...new Set(list)].toSorted((a, b) => a - b))
          for (const predecessor of list) expect(successors[predecessor]).toContain(node)
          expect(predecessorKinds[node]).toHaveLength(list.length)
        }
      }),
    )
  })

  it('does not depend on the order or number of the edges given', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const edges = graph.successors.flatMap((list, from) => list.map((to) => ({ from, to, kind: 'after' }) as const))
        expect(buildGraph(graph.ids, [...edges.toReversed(), ...edges])).toStrictEqual(graph)
      }),
    )
  })

  it('is the same for a drawing and its workflow', () => {
    expect(graphOf(dag('A -> B'))).toStrictEqual(buildGraph(['A', 'B'], [{ from: 0, to: 1, kind: 'after' }]))
  })
})
