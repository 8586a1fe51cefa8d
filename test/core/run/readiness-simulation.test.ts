import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupRecord } from '#core/run/group.ts'
import { instanceId, taskOf, type RunId } from '#core/run/ids.ts'
import {
  endGroup,
  expansionMemberships,
  indexReadiness,
  instanceMemberships,
  purposeOf,
  shardOf,
  type Membership,
} from '#core/run/readiness.ts'
import { evolve } from '#core/run/record.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { task, workflowOf } from '../../builders/dag.ts'
import { workflows } from './random-workflow.ts'

/** How a task or instance ended. */
type End = 'committed' | 'failed' | 'skipped'

/** What a play came to: the order in which things became ready and ended, and how often each group was opened. */
interface Play {
  readonly ready: readonly string[]
  readonly ends: ReadonlyMap<string, End>
  readonly opened: ReadonlyMap<string, number>
  /** What had ended by the time that something became ready. */
  readonly endedBefore: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * Plays a workflow on nothing but its groups: whoever is ready ends at the next `choose`, is marked, and full groups open
 * what they stand for. `fails` says which tasks and instances leave no result.
 */
function play(
  workflow: Workflow,
  instances: ReadonlyMap<string, number>,
  choose: (count: number) => number,
  fails: (id: string) => boolean,
): Play {
  const readiness = indexReadiness(workflow)
  const groups = new Map<string, GroupRecord>()
  const opened = new Map<string, number>()
  const ends = new Map<string, End>()
  const ready: string[] = []
  const endedBefore = new Map<string, ReadonlySet<string>>()
  const running: string[] = []

  const become = (id: string): void => {
    ready.push(id)
    endedBefore.set(id, new Set(ends.keys()))
    running.push(id)
  }
  const markIn = (id: string, size: number, member: string, ok: boolean): boolean => {
    const event = {
      type: 'group.marked',
      atMs: 0,
      run: 'run_00000001' as RunId,
      id,
      size,
      member,
      left: { failure: !ok, nothing: false },
    } as const
    const group = evolve('group', groups.get(id), event)
    groups.set(id, group)
    return group.state === 'claimed'
  }
  const mark = (memberships: readonly Membership[], ok: boolean): void => {
    for (const membership of memberships) {
      const { group, size, member } = membership
      const shard = shardOf(membership)
      if (shard === undefined) {
        if (markIn(group, size, member, ok)) open(group)
      } else if (markIn(shard.id, shard.size, member, ok)) {
        const whole = groups.get(shard.id)?.failed.length === 0
        if (markIn(group, shard.shards, shard.member, whole)) open(group)
      }
    }
  }
  const open = (id: string): void => {
    opened.set(id, (opened.get(id) ?? 0) + 1)
    const ok = groups.get(id)?.failed.length === 0
    const purpose = purposeOf(id)
    if (purpose.kind === 'start') for (const one of readiness.starts.get(id) ?? []) start(one, ok)
    if (purpose.kind === 'each') {
      const instance = instanceId(purpose.task, purpose.index)
      if (ok) become(instance)
      else end(instance, 'skipped')
    }
    if (purpose.kind === 'all') end(purpose.task, ok ? 'committed' : 'failed')
  }
  const start = (id: string, ok: boolean): void => {
    const count = instances.get(id)
    if (!ok) end(id, 'skipped')
    else if (count === undefined) become(id)
    else expand(readiness.tasks.get(id) as Task, count)
  }
  const expand = ({ id }: Task, count: number): void => {
    mark(readiness.memberships.get(`${id}[]`) ?? [], true)
    const gated = expansionMemberships(readiness, readiness.tasks.get(id) as Task, count)
    if (count === 0) end(id, 'committed')
    else if (gated.length > 0) mark(gated, true)
    else for (let index = 0; index < count; index++) become(instanceId(id, index))
  }
  const end = (id: string, how: End): void => {
    if (ends.has(id)) throw new Error(`${id} ended twice`)
    ends.set(id, how)
    const of = taskOf(id)
    if (of !== id) {
      const index = Number(id.slice(of.length + 1, -1))
      mark(instanceMemberships(readiness, of, index, instances.get(of) ?? 0), how === 'committed')
      return
    }
    // A list that never came to be known is marked as missing.
    if (how === 'skipped') mark(readiness.memberships.get(`${id}[]`) ?? [], false)
    mark(readiness.memberships.get(id) ?? [], how === 'committed')
  }

  for (const root of readiness.roots) start(root, true)
  while (running.length > 0) {
    const [id] = running.splice(choose(running.length), 1) as [string]
    end(id, fails(id) ? 'failed' : 'committed')
  }
  return { ready, ends, opened, endedBefore }
}

/** What must have ended before this task or instance starts, straight from the definition. */
function predecessorsOf(workflow: Workflow, id: string): readonly string[] {
  const definition = workflow.tasks.find((one) => one.id === taskOf(id)) as Task
  const index = Number(/\[(\d+)\]$/.exec(id)?.[1])
  const inputs = Object.values(definition.inputs).flatMap((input) => (input.kind === 'output' ? [input.from.task] : []))
  const lists = (definition.forEach?.keys ?? []).flatMap(({ source }) => {
    if (source.kind === 'output') return [source.from.task]
    return source.kind === 'each' ? [instanceId(source.from.task, index)] : []
  })
  return [...definition.needs, ...inputs, ...lists]
}

describe('a workflow played on its dependency groups', () => {
  it('ends every task once, after all of its predecessors, and opens every group once, in any order of ends', () => {
    fc.assert(
      fc.property(workflows({ tasks: 12 }), fc.infiniteStream(fc.nat()), ({ workflow, instances }, choices) => {
        const choose = (count: number) => (choices.next().value as number) % count
        const { ready, ends, opened, endedBefore } = play(workflow, instances, choose, () => false)

        const expected = workflow.tasks.flatMap(({ id }) => [id, ...instancesOf(id, instances)])
        expect([...ends.keys()].toSorted()).toStrictEqual(expected.toSorted())
        expect(new Set(ends.values())).toStrictEqual(new Set(['committed']))
        expect(new Set(ready).size).toBe(ready.length)
        for (const id of ready) {
          const missing = predecessorsOf(workflow, id).filter((before) => endedBefore.get(id)?.has(before) !== true)
          expect([id, missing]).toStrictEqual([id, []])
        }
        expect(new Set(opened.values())).toStrictEqual(new Set([1]))
        for (const group of indexReadiness(workflow).starts.keys()) expect(opened.get(group)).toBe(1)
        expect(opened.get(endGroup)).toBe(1)
      }),
      { numRuns: 300 },
    )
  })

  it('skips what has a predecessor without a result, runs all else, and still comes to its end', () => {
    const failing = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(workflows({ tasks: 12 }), fc.infiniteStream(fc.nat()), failing, (drawn, choices, pattern) => {
        const { workflow, instances } = drawn
        const order = new Map(workflow.tasks.flatMap(({ id }) => [id, ...instancesOf(id, instances)]).entries())
        const chosen = new Set([...order].filter(([at]) => pattern[at % pattern.length]).map(([, id]) => id))
        const choose = (count: number) => (choices.next().value as number) % count
        const { ready, ends, opened } = play(workflow, instances, choose, (id) => chosen.has(id))

        for (const { id } of workflow.tasks) expect(ends.has(id)).toBe(true)
        for (const id of ready) {
          const without = predecessorsOf(workflow, id).filter((before) => ends.get(before) !== 'committed')
          expect([id, without]).toStrictEqual([id, []])
        }
        for (const [id, how] of ends) {
          if (how !== 'skipped') continue
          expect(predecessorsOf(workflow, id).some((before) => hasNoResult(before, ends))).toBe(true)
        }
        expect(opened.get(endGroup)).toBe(1)
      }),
      { numRuns: 300 },
    )
  })

  /**
   *     wide[0] … wide[249] ─▶ sink        three shards
   *     s0 … s119 ──────────▶ all          two shards
   */
  it('counts through shards as it does without', () => {
    const sources = Array.from({ length: 120 }, (_, index) => `s${index}`)
    const items = Array.from({ length: 250 }, () => null)
    const workflow = workflowOf([
      task('wide', { forEach: { zip: false, keys: [{ name: 'k', source: { kind: 'literal', items } }] } }),
      task('sink', { needs: ['wide'] }),
      ...sources.map((id) => task(id)),
      task('all', { needs: sources }),
    ])
    const last = play(
      workflow,
      new Map([['wide', 250]]),
      (count) => count - 1,
      () => false,
    )
    expect(last.ends.get('sink')).toBe('committed')
    expect(last.opened.get('all:wide')).toBe(1)
    expect(last.opened.get(endGroup)).toBe(1)
    expect(sources.every((id) => last.endedBefore.get('all')?.has(id))).toBe(true)

    const hurt = play(
      workflow,
      new Map([['wide', 250]]),
      () => 0,
      (id) => id === 'wide[249]' || id === 's0',
    )
    expect(hurt.ends.get('wide')).toBe('failed')
    expect(hurt.ends.get('sink')).toBe('skipped')
    expect(hurt.ends.get('all')).toBe('skipped')
    expect(hurt.opened.get(endGroup)).toBe(1)
  })
})

function instancesOf(id: string, instances: ReadonlyMap<string, number>): readonly string[] {
  return Array.from({ length: instances.get(id) ?? 0 }, (_, index) => instanceId(id, index))
}

/** An instance of a list that never came to be has none either. */
function hasNoResult(id: string, ends: ReadonlyMap<string, End>): boolean {
  return (ends.get(id) ?? ends.get(taskOf(id))) !== 'committed'
}
