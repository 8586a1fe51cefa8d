import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shardSize } from '#core/run/group.ts'
import {
  eachUpstreams,
  endGroup,
  expansionMemberships,
  indexReadiness,
  instanceMemberships,
  predecessorMarks,
  purposeOf,
  shardOf,
  wholePredecessors,
  type Membership,
  type Readiness,
} from '#core/run/readiness.ts'
import type { ForEach, Task } from '#core/workflow/workflow.ts'
import { dag, task, workflowOf } from '../../builders/dag.ts'
import { workflows, type Drawn } from './random-workflow.ts'

const literal = (count: number): ForEach => ({
  zip: false,
  keys: [{ name: 'k', source: { kind: 'literal', items: Array.from({ length: count }, () => null) } }],
})
const eachOf = (...upstream: readonly string[]): ForEach => ({
  zip: true,
  keys: upstream.map((id) => ({ name: id, source: { kind: 'each', from: { task: id, output: 'o' } } })),
})
const gather = (from: string) =>
  ({ all: { kind: 'output', from: { task: from, output: 'o' }, optional: false } }) as const

/** Every membership of a workflow, those of instances included. */
function everyMembership(readiness: Readiness, { workflow, instances }: Drawn): readonly Membership[] {
  const before = [...readiness.memberships.values()].flat()
  const during = workflow.tasks.flatMap((one) => {
    const count = instances.get(one.id)
    if (count === undefined) return []
    const perInstance = Array.from({ length: count }, (_, index) =>
      instanceMemberships(readiness, one.id, index, count),
    )
    return [...perInstance.flat(), ...expansionMemberships(readiness, one, count)]
  })
  return [...before, ...during]
}

describe('dependency groups of a workflow', () => {
  /**
   *     A ─┬─▶ C
   *     B ─┴─▶ D     C and D wait for the same two, so they share one record.
   */
  it('are one for each set of predecessors, and one that ends the run', () => {
    const readiness = indexReadiness(dag('A -> C, B -> C, A -> D, B -> D'))
    expect(readiness.roots).toStrictEqual(['A', 'B'])
    expect(readiness.starts).toStrictEqual(new Map([['start:A+B', ['C', 'D']]]))
    const end = (member: string, position: number) => ({ group: endGroup, size: 4, position, member })
    expect(readiness.memberships).toStrictEqual(
      new Map([
        ['A', [{ group: 'start:A+B', size: 2, position: 0, member: 'A' }, end('A', 0)]],
        ['B', [{ group: 'start:A+B', size: 2, position: 1, member: 'B' }, end('B', 1)]],
        ['C', [end('C', 2)]],
        ['D', [end('D', 3)]],
      ]),
    )
  })

  /**
   *     clean[i] ─▶ fit[i]        element by element
   *     clean ────▶ report        all instances together
   */
  it('tell the list of a task from the task', () => {
    const workflow = workflowOf([
      task('clean', { forEach: literal(2) }),
      task('fit', { forEach: eachOf('clean') }),
      task('report', { inputs: gather('clean') }),
    ])
    const readiness = indexReadiness(workflow)
    expect(readiness.starts).toStrictEqual(
      new Map([
        ['start:clean[]', ['fit']],
        ['start:clean', ['report']],
      ]),
    )
    expect(readiness.followers).toStrictEqual(new Map([['clean', ['fit']]]))
    expect(instanceMemberships(readiness, 'clean', 1, 2)).toStrictEqual([
      { group: 'all:clean', size: 2, position: 1, member: 'clean[1]' },
      { group: 'each:fit[1]', size: 2, position: 1, member: 'clean[1]' },
    ])
    const [clean, fit] = workflow.tasks as [Task, Task]
    expect(expansionMemberships(readiness, fit, 2)).toStrictEqual([
      { group: 'each:fit[0]', size: 2, position: 0, member: 'fit[]' },
      { group: 'each:fit[1]', size: 2, position: 0, member: 'fit[]' },
    ])
    expect(expansionMemberships(readiness, clean, 2)).toStrictEqual([])
  })

  it('name each predecessor once, sorted, as a whole or as a list', () => {
    const both = task('fit', {
      needs: ['b', 'a'],
      inputs: gather('a'),
      forEach: eachOf('b', 'c'),
    })
    expect(wholePredecessors(both)).toStrictEqual(['a', 'b'])
    expect(eachUpstreams(both)).toStrictEqual(['b', 'c'])
    expect(predecessorMarks(both)).toStrictEqual(['a', 'b', 'b[]', 'c[]'])
  })

  it('have readable names while those are short, and stable, distinct ones of bounded length when not', () => {
    const wide = (sources: number) => {
      const ids = Array.from({ length: sources }, (_, index) => `source-${index}`)
      const { starts } = indexReadiness(workflowOf([...ids.map((id) => task(id)), task('sink', { needs: ids })]))
      return [...starts.keys()][0] as string
    }
    expect(wide(2)).toBe('start:source-0+source-1')
    expect(wide(30)).toMatch(/^start:30-[0-9a-f]{24}$/)
    expect(wide(30)).toBe(wide(30))
    expect(wide(30)).not.toBe(wide(31))
  })

  it('start every task: by exactly one group, or as a root', () => {
    fc.assert(
      fc.property(workflows({ tasks: 12 }), (drawn) => {
        const readiness = indexReadiness(drawn.workflow)
        const started = [...readiness.roots, ...[...readiness.starts.values()].flat()]
        expect(started.toSorted()).toStrictEqual(drawn.workflow.tasks.map(({ id }) => id))
      }),
    )
  })

  it('have as many members as their size says, each at a place of its own', () => {
    fc.assert(
      fc.property(workflows({ tasks: 12 }), (drawn) => {
        const readiness = indexReadiness(drawn.workflow)
        const groups = Map.groupBy(everyMembership(readiness, drawn), ({ group }) => group)
        for (const [group, members] of groups) {
          expect([group, new Set(members.map(({ size }) => size))]).toStrictEqual([group, new Set([members.length])])
          expect(new Set(members.map(({ member }) => member)).size).toBe(members.length)
          const places = members.map(({ position }) => position).toSorted((a, b) => a - b)
          expect(places).toStrictEqual(members.map((_, index) => index))
        }
        for (const group of readiness.starts.keys()) expect(groups.has(group)).toBe(true)
        expect(groups.get(endGroup)).toHaveLength(drawn.workflow.tasks.length)
      }),
    )
  })
})

describe('shards of a group', () => {
  const members = (size: number): readonly Membership[] =>
    Array.from({ length: size }, (_, position) => ({ group: 'all:T', size, position, member: `T[${position}]` }))

  it.each([1, 99, 100])('there are none for %i members: the group counts by itself', (size) => {
    expect(members(size).map(shardOf)).toStrictEqual(members(size).map(() => undefined))
  })

  it.each([
    [101, [100, 1]],
    [200, [100, 100]],
    [250, [100, 100, 50]],
    [10_000, Array.from({ length: 100 }, () => 100)],
  ])('%i members are cut into shards, each member in one', (size, sizes) => {
    const shards = members(size).map((member) => shardOf(member))
    const byId = Map.groupBy(shards, (shard) => shard?.id)
    expect([...byId.keys()]).toStrictEqual(sizes.map((_, number) => `all:T/${number}`))
    for (const [number, [id, inShard]] of [...byId].entries()) {
      const one = { id, size: sizes[number], shards: sizes.length, member: `/${number}` }
      expect(inShard).toStrictEqual(Array.from({ length: sizes[number] ?? 0 }, () => one))
      expect(one.size).toBeLessThanOrEqual(shardSize)
    }
    expect(byId.size).toBeLessThanOrEqual(shardSize)
  })
})

describe('the purpose of a group', () => {
  it.each([
    ['end', { kind: 'end' }],
    ['start:A+B', { kind: 'start' }],
    ['start:clean[]', { kind: 'start' }],
    ['each:fit[12]', { kind: 'each', task: 'fit', index: 12 }],
    ['all:clean', { kind: 'all', task: 'clean' }],
    ['all:clean/3', { kind: 'shard' }],
    ['end/0', { kind: 'shard' }],
  ])('is read from its id: %s', (id, purpose) => {
    expect(purposeOf(id)).toStrictEqual(purpose)
  })

  it.each(['', 'clean', 'each:fit', 'reach:fit[1]'])('is not made up for what is no group: %j', (id) => {
    expect(() => purposeOf(id)).toThrow(`unknown group ${id}`)
  })
})
