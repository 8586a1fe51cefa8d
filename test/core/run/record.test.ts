import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupRecord } from '#core/run/group.ts'
import { afterChange, change, evolve, kinds, type Kind } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import { isTaskTerminal, type AttemptRecord, type TaskRecord } from '#core/run/task.ts'
import { deepFrozen } from './deep-frozen.ts'
import { lives } from './random-life.ts'
import { rowAfter, runEvents } from './sample-events.ts'

describe('rows in any life', () => {
  it('of a run: an end has a time, totals and its reason; only what was planned ran', () => {
    fc.assert(
      fc.property(lives('run'), ({ rows }) => {
        for (const run of rows) expect(breachesOfRun(run)).toStrictEqual([])
      }),
    )
  })

  it('of a task: a result and an error exclude each other, one attempt runs at a time, one at most commits', () => {
    fc.assert(
      fc.property(lives('task'), ({ rows }) => {
        for (const task of rows) expect(breachesOfTask(task)).toStrictEqual([])
      }),
    )
  })

  it('of a slot: a claim, a failure, a job, a bill are there when the state says so', () => {
    fc.assert(
      fc.property(lives('slot'), ({ rows }) => {
        for (const slot of rows) expect(breachesOfSlot(slot)).toStrictEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('of a group: each member is marked once, and it is claimed by the last', () => {
    fc.assert(
      fc.property(lives('group'), ({ rows }) => {
        for (const group of rows) expect(breachesOfGroup(group)).toStrictEqual([])
      }),
    )
  })

  it('fences of a slot only grow', () => {
    fc.assert(
      fc.property(lives('slot'), ({ events }) => {
        const fences = events.flatMap((event) => (event.type === 'slot.leased' ? [event.fence] : []))
        expect(fences).toStrictEqual([...new Set(fences)].toSorted((a, b) => a - b))
      }),
    )
  })

  it.each(withStates)('that are terminal stay as they are, a bill of a slot apart: %s', (kind) => {
    fc.assert(
      fc.property(lives(kind), ({ events, rows }) => {
        const end = rows.findIndex(({ state }) => terminalStates[kind].includes(state))
        const after = end === -1 ? [] : events.slice(end + 1)
        expect(after.map(({ type }) => type)).toStrictEqual(after.length === 0 ? [] : ['slot.billed'])
        expect(rows.at(-1)?.state).toBe(rows.at(end)?.state)
      }),
      { numRuns: 300 },
    )
  })

  it.each(kinds)('evolve without a change to the row before or to the event: %s', (kind) => {
    fc.assert(
      fc.property(lives(kind), ({ events, rows }) => {
        for (const [index, event] of events.entries()) {
          const before = deepFrozen(structuredClone(index === 0 ? undefined : rows[index - 1]))
          expect(evolve(kind, before, deepFrozen(structuredClone(event)))).toStrictEqual(rows[index])
        }
      }),
    )
  })
})

describe('a change', () => {
  const { submitted, planning, started } = runEvents

  it('of an absent row expects version 0 and leads to one version an event', () => {
    const first = change('run', 'run', undefined, submitted, planning)
    expect(first).toStrictEqual({
      kind: 'run',
      id: 'run',
      expected: 0,
      events: [submitted, planning],
      value: rowAfter('run', submitted, planning),
    })
    expect(afterChange(first)).toStrictEqual({ kind: 'run', id: 'run', version: 2, value: first.value })
  })

  it('of a row as read expects the version that was read', () => {
    const stored = afterChange(change('run', 'run', undefined, submitted, planning))
    const next = change('run', 'run', stored, started)
    expect(next).toMatchObject({ expected: 2, value: { state: 'running' } })
    expect(afterChange(next).version).toBe(3)
  })

  it('that the row refuses is a bug of the caller', () => {
    expect(() => change('run', 'run', undefined, planning)).toThrow('a run in state absent does not accept')
  })
})

/** A ledger has no states: it is closed with its run. */
type WithStates = Exclude<Kind, 'ledger'>
const withStates = kinds.filter((kind): kind is WithStates => kind !== 'ledger')

const terminalStates: Readonly<Record<WithStates, readonly string[]>> = {
  run: ['succeeded', 'failed', 'cancelled'],
  task: ['committed', 'failed', 'skipped', 'cancelled'],
  slot: ['won', 'contributed', 'lost', 'failed', 'rejected', 'fenced', 'cancelled'],
  group: ['started'],
}

/** Names of the rules that are broken. */
function broken(rules: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(rules).filter((rule) => rules[rule] === false)
}

function breachesOfRun(run: RunRecord): readonly string[] {
  const over = isRunTerminal(run.state)
  return broken({
    'a time and totals at the end only': (run.finishedAtMs !== null) === over && (run.totals !== null) === over,
    'a plan once it was started': (run.planId !== null) === (run.startedAtMs !== null),
    'running has a plan': run.state !== 'running' || run.planId !== null,
    'succeeded had a plan, and has no error': run.state !== 'succeeded' || (run.planId !== null && run.error === null),
    'failed and cancelled say why': !['failed', 'cancelled', 'cancelling'].includes(run.state) || run.error !== null,
  })
}

function breachesOfTask(task: TaskRecord): readonly string[] {
  const { state, attempts } = task
  const last = attempts.at(-1)
  return broken({
    'a time at the end only': (task.endedAtMs !== null) === isTaskTerminal(state),
    'outputs when committed only': (task.outputs !== null) === (state === 'committed'),
    'a reason when without a result': (task.error !== null) === ['failed', 'skipped', 'cancelled'].includes(state),
    'attempts numbered from 1': attempts.every(({ number }, index) => number === index + 1),
    'only the last one runs': attempts
      .slice(0, -1)
      .every(({ state: ended }) => ended === 'failed' || ended === 'in-doubt'),
    'only in a running task': last?.state !== 'running' || state === 'running',
    'an ended one has its time': attempts.every((one) => (one.endedAtMs !== null) === (one.state !== 'running')),
    'a failed one has cause and remedy': attempts.every(
      (one) => (one.failure !== null) === isWithout(one) && (one.remedy !== null) === isWithout(one),
    ),
    'the result is of the last one': (last?.state === 'committed') === (state === 'committed' && attempts.length > 0),
    'an expansion has no attempts': task.instances === null || attempts.length === 0,
    'without instances a result has an attempt':
      state !== 'committed' || task.instances !== null || attempts.length > 0 || task.reusedFrom !== null,
  })
}

function isWithout({ state }: AttemptRecord): boolean {
  return state === 'failed' || state === 'in-doubt'
}

function breachesOfSlot(slot: SlotRecord): readonly string[] {
  const { state, job } = slot
  const ended = isSlotTerminal(state) || state === 'claimed'
  const claimed = ['claimed', 'won', 'contributed'].includes(state)
  return broken({
    'a time at the end only': (slot.endedAtMs !== null) === ended,
    'a claim when it claimed': !claimed || slot.claim !== null,
    'a failure when it failed only': (slot.failure !== null) === ['failed', 'rejected', 'fenced'].includes(state),
    'no job before it starts': !['standby', 'waiting'].includes(state) || job === null,
    'a job once it started': !['starting', 'running', 'lost', 'fenced'].includes(state) || job !== null,
    'a lease while it runs': state !== 'running' || (slot.fence > 0 && slot.runningAtMs !== null),
    'a claim under a lease': slot.claim === null || slot.fence > 0,
    'a bill after the end, of a job': slot.bill === null || (ended && job !== null),
    'waits for something only while it waits': slot.waitingFor === null || ['standby', 'waiting'].includes(state),
    'standby has neither token nor place': state !== 'standby' || (slot.token === null && slot.kind === 'standby'),
  })
}

function breachesOfGroup(group: GroupRecord): readonly string[] {
  return broken({
    'each member once': new Set(group.marked).size === group.marked.length,
    'claimed by the last': (group.marked.length === group.size) === (group.state !== 'open'),
    'failed ones are members': group.failed.every((member) => group.marked.includes(member)),
  })
}
