import { describe, expect, it } from 'vitest'
import { dependenciesOf } from '#core/graph/graph.ts'
import { neededBy } from '#core/graph/needs.ts'
import type { Condition, Task } from '#core/workflow/workflow.ts'
import { task } from '../../builders/dag.ts'

const from = (id: string) => ({ task: id, output: 'o' })
const reads = (id: string, optional: boolean) => ({ kind: 'output', from: from(id), optional }) as const
const lists = (kind: 'output' | 'each', id: string): Pick<Task, 'forEach'> => ({
  forEach: { keys: [{ name: 'k', source: { kind, from: from(id) } }], zip: false },
})
const literal: Pick<Task, 'forEach'> = {
  forEach: { keys: [{ name: 'k', source: { kind: 'literal', items: [1, 2] } }], zip: false },
}
const asks = (id: string): Condition => ({
  kind: 'not',
  of: { kind: 'compare', left: { kind: 'output', from: from(id) }, is: 'eq', right: 1 },
})

function sorted(overrides: Partial<Task>): readonly (readonly string[])[] {
  const { data, order, optional } = neededBy(task('T', overrides))
  return [[...data], [...order], [...optional]]
}

describe('what a task needs of its predecessors', () => {
  it.each<[string, Partial<Task>, readonly (readonly string[])[]]>([
    ['the data of an input', { inputs: { x: reads('A', false) } }, [['A'], [], []]],
    ['the list', lists('output', 'A'), [['A'], [], []]],
    ['the instances', lists('each', 'A'), [['A'], [], []]],
    ['nothing for a list that is written out', literal, [[], [], []]],
    ['order', { needs: ['A'] }, [[], ['A'], []]],
    ['nothing for an optional input', { inputs: { x: reads('A', true) } }, [[], [], ['A']]],
    ['nothing for a condition', { when: asks('A') }, [[], [], ['A']]],
    ['nothing at all', {}, [[], [], []]],
  ])('%s', (_, overrides, expected) => {
    expect(sorted(overrides)).toStrictEqual(expected)
  })

  it('is the strongest of what it says', () => {
    const inputs = { x: reads('A', true), y: reads('A', false), z: reads('B', true), w: reads('C', true) }
    expect(sorted({ inputs, needs: ['A', 'B'], when: asks('C') })).toStrictEqual([['A'], ['B'], ['C']])
    expect(sorted({ ...lists('each', 'A'), needs: ['A'], when: asks('A') })).toStrictEqual([['A'], [], []])
  })

  it('is something of each of them', () => {
    const all = task('T', { inputs: { x: reads('A', true) }, needs: ['B'], when: asks('C'), ...lists('each', 'D') })
    const { data, order, optional } = neededBy(all)
    const named = dependenciesOf(all).map((dependency) => dependency.task)
    expect([...data, ...order, ...optional].toSorted()).toStrictEqual([...new Set(named)].toSorted())
  })
})

it('a task waits for the whole of those that its condition names', () => {
  expect(dependenciesOf(task('T', { when: asks('A') }))).toStrictEqual([{ task: 'A', kind: 'after' }])
})
