import { describe, expect, test } from 'vitest'
import type { RunDocument, SlotDocument } from '#contract/run-document.ts'
import type { SlotRef } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { settle } from '#operations/settle.ts'
import { timerRang } from '#operations/timer-rang.ts'
import { dag } from '../builders/dag.ts'
import { rig, slotRef, taskIn } from '../builders/rig.ts'
import { from, leaves } from './drawn.ts'
import { secondsOf, userError } from './story.ts'

const twoClones = dag('A -> B', {
  A: { clones: 2, outputs: leaves('out') },
  B: { inputs: { a: from('A.out') } },
})

/** Clone n of A takes the n-th of these seconds and leaves its own number; B takes 5. */
const takes =
  (...seconds: readonly number[]) =>
  ({ task, clone }: SlotRef) => ({ takesS: task === 'A' ? (seconds[clone] ?? 0) : 5, outputs: { out: clone } })

/** State and second of the end of each clone of A's first attempt. */
function race(run: RunDocument): readonly (readonly [SlotDocument['state'], number])[] {
  const createdMs = Date.parse(run.createdAt)
  const slots = taskIn(run, 'A').attempts[0]?.slots ?? []
  return slots.map(({ state, endedAt }) => [state, (Date.parse(endedAt ?? '') - createdMs) / 1000])
}

test('the first of two clones wins, and the job of the other one is ended at once', async () => {
  const engine = rig(takes(30, 10))

  const run = await engine.run(twoClones)

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 15 })
  expect(race(run)).toStrictEqual([
    ['lost', 10],
    ['won', 10],
  ])
  expect(await engine.output(run.id, 'A', 'out')).toBe(1)
})

test.each([
  { claimedAtS: [6, 5, 4], winner: 2 },
  { claimedAtS: [6, 4, 5], winner: 1 },
  { claimedAtS: [5, 4, 4], winner: 1 },
])('of claims of seconds $claimedAtS that nobody had settled yet, clone $winner has the first', async (story) => {
  const three = dag('A', { A: { clones: 3 } })
  const engine = rig(takes(1000, 1000, 1000))
  const run = await engine.submit(three)
  await engine.clock.advance(7_000)
  const startMs = engine.clock.nowMs() - 7_000
  for (const [clone, claimedS] of story.claimedAtS.entries()) {
    const key = `A/1/${clone}`
    const stored = (await engine.store.rows.get(run, 'slot', key))!
    const atMs = startMs + claimedS * 1000
    const claimed = { type: 'slot.claimed', atMs, fence: 1, manifest: {} } as const
    await engine.store.rows.commit(run, [change('slot', key, stored, claimed)])
  }

  await settle(engine.engine.ports, { run, task: 'A', attempt: 1 })

  const document = await engine.finish(run, three)
  expect(race(document).map(([state]) => state)).toStrictEqual(
    story.claimedAtS.map((_, clone) => (clone === story.winner ? 'won' : 'lost')),
  )
  expect(taskIn(document, 'A').attempts[0]?.decision).toBe(`clone ${story.winner} was the first of 3`)
})

test('each clone runs on another pool while there is one', async () => {
  const run = await rig(takes(30, 10)).run(twoClones)

  expect(taskIn(run, 'A').attempts[0]?.slots.map(({ pool }) => pool)).toStrictEqual(['hot', 'spare'])
})

test('the loser is billed once for what it took, as wasted money', async () => {
  const engine = rig(takes(30, 10))
  const run = await engine.submit(twoClones)

  const document = await engine.finish(run, twoClones)

  const usd = 0.036 / 3600
  expect(document.costUsd).toBeCloseTo((10 + 10 + 5) * usd, 12)
  expect(document.wastedCostUsd).toBeCloseTo(10 * usd, 12)
  expect(
    (await engine.log(run)).filter(({ id, event }) => id === 'A/1/0' && event.type === 'slot.billed'),
  ).toHaveLength(1)
})

test('a run ends when the job of its last loser has, though that says nothing and takes its time', async () => {
  const single = dag('A', { A: { clones: 2 } })
  const engine = rig(({ clone }) => (clone === 0 ? { takesS: 10 } : { takesS: 30, deaf: true, silent: 'exited' }))

  const run = await engine.run(single)

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 30 })
  expect(race(run)).toStrictEqual([
    ['won', 10],
    ['lost', 10],
  ])
  // The pool has counted what the clone did not tell.
  expect(run.wastedCostUsd).toBeCloseTo((30 / 3600) * 0.036, 12)
})

test('claims of ten clones at one moment make one commit', async () => {
  const workflow = dag('A -> B', { A: { clones: 10, outputs: leaves('out') }, B: { inputs: { a: from('A.out') } } })
  const together = Promise.withResolvers<void>()
  const engine = rig(async ({ task, clone }) => {
    if (task === 'A') await together.promise
    return { takesS: 0, outputs: { out: clone } }
  })
  const run = await engine.submit(workflow)
  await engine.clock.advance(10_000)
  expect(engine.started).toHaveLength(10)

  together.resolve()
  const document = await engine.finish(run, workflow)

  const log = await engine.log(run)
  expect(Object.keys(secondsOf(log, 'slot.claimed')).filter((id) => id.startsWith('A')).length).toBeGreaterThan(1)
  expect(log.filter(({ id, event }) => id === 'A' && event.type === 'task.committed')).toHaveLength(1)
  expect(race(document).map(([state]) => state)).toStrictEqual(['won', ...Array.from({ length: 9 }, () => 'lost')])
  expect(await engine.output(run, 'A', 'out')).toBe(0)
  expect(engine.started.filter((slot) => slot.startsWith('B'))).toStrictEqual(['B/1/0'])
})

test('one clone that fails does not hurt the other', async () => {
  const engine = rig((slot) => ({ ...takes(30, 10)(slot), ...(slot.clone === 1 ? { fails: userError() } : {}) }))

  const run = await engine.run(twoClones)

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 35 })
  expect(race(run)).toStrictEqual([
    ['won', 30],
    ['failed', 10],
  ])
  expect(taskIn(run, 'A').attempts).toHaveLength(1)
})

test('when all clones fail the attempt fails once, for the cause of the last one', async () => {
  const workflow = dag('A', { A: { clones: 3, retry: { limit: 1, backoffS: 5 } } })
  const engine = rig(({ attempt, clone }) => ({
    takesS: 10 - clone,
    ...(attempt === 1 ? { fails: userError(`clone ${clone}`) } : {}),
  }))
  const run = await engine.submit(workflow)

  const document = await engine.finish(run, workflow)

  expect(document).toMatchObject({ state: 'succeeded', makespanS: 10 + 5 + 8 })
  expect((await engine.log(run)).filter(({ event }) => event.type === 'attempt.failed')).toHaveLength(1)
  expect(taskIn(document, 'A').attempts).toMatchObject([
    { remedy: 'again', reason: 'user-error: again, after 5 s (retry 1 of 1)' },
    { state: 'committed' },
  ])
  // All three clones of the second attempt started again.
  expect(engine.started).toHaveLength(6)
})

test('a task that is not idempotent never has two clones, nor a hedge', async () => {
  const workflow = dag('A', { A: { clones: 3, hedge: { kind: 'after', seconds: 1 }, idempotent: false } })
  const engine = rig(() => ({ takesS: 100 }))

  const run = await engine.run(workflow)

  expect(engine.started).toStrictEqual(['A/1/0'])
  expect(taskIn(run, 'A').attempts[0]?.slots).toHaveLength(1)
})

test('a run without cloning and hedging has one clone a task', async () => {
  const workflow = dag('A', { A: { clones: 3, hedge: { kind: 'after', seconds: 1 } } })
  const engine = rig(() => ({ takesS: 100 }))

  await engine.run(workflow, { policy: { cloning: false, hedging: false } })

  expect(engine.started).toStrictEqual(['A/1/0'])
})

describe('a hedge', () => {
  const hedged = dag('A', { A: { hedge: { kind: 'after', seconds: 20 }, outputs: leaves('out') } })

  test('calls up the standby clone on another pool after its time, which then wins', async () => {
    const engine = rig(takes(100, 10))

    const run = await engine.run(hedged)

    expect(run).toMatchObject({ state: 'succeeded', makespanS: 30 })
    expect(taskIn(run, 'A').attempts[0]?.slots).toMatchObject([
      { kind: 'active', pool: 'hot', state: 'lost', why: null },
      {
        kind: 'standby',
        pool: 'spare',
        state: 'won',
        why: expect.stringMatching(/^hedge after 20 s of work, as asked: /),
      },
    ])
    expect(await engine.output(run.id, 'A', 'out')).toBe(1)
  })

  test('whose execution could not be started is started when its timer rings again', async () => {
    const engine = rig(takes(100, 10))
    const { ports } = engine.engine
    const run = await engine.submit(hedged)
    await engine.clock.advance(1_000)
    const timer = { slot: slotRef(run, 'A/1/1'), kind: 'hedge', atMs: engine.clock.nowMs() } as const
    const refusing = {
      ...ports,
      executions: { ...ports.executions, start: () => Promise.reject(new Error('not now')) },
    }
    await expect(timerRang(refusing, timer)).rejects.toThrow('not now')

    await timerRang(ports, timer)
    await timerRang(ports, timer)
    const document = await engine.finish(run, hedged)

    expect(document).toMatchObject({ state: 'succeeded', makespanS: 11 })
    expect(engine.started).toStrictEqual(['A/1/0', 'A/1/1'])
  })

  test('that comes too late loses', async () => {
    const run = await rig(takes(25, 10)).run(hedged)

    expect(run).toMatchObject({ state: 'succeeded', makespanS: 25 })
    expect(race(run)).toStrictEqual([
      ['won', 25],
      ['lost', 25],
    ])
    expect(run.wastedCostUsd).toBeCloseTo((5 / 3600) * 0.036, 12)
  })

  test('is not called up when the attempt ended before its time', async () => {
    const engine = rig(takes(15, 10))

    const run = await engine.run(hedged)

    expect(engine.started).toStrictEqual(['A/1/0'])
    expect(race(run)).toStrictEqual([
      ['won', 15],
      ['cancelled', 15],
    ])
    expect(run.wastedCostUsd).toBe(0)
  })

  test('is not called up when the first clone ends at that very moment', async () => {
    const run = await rig(takes(20, 10)).run(hedged)

    expect(run).toMatchObject({ state: 'succeeded', makespanS: 20 })
    expect(race(run)[0]).toStrictEqual(['won', 20])
  })

  test('does not save an attempt whose only clone failed before its time', async () => {
    const engine = rig((slot) => ({ ...takes(15, 10)(slot), fails: userError() }))

    const run = await engine.run(hedged)

    expect(run.state).toBe('failed')
    expect(engine.started).toStrictEqual(['A/1/0'])
  })

  test('is not called up for a task whose first clone still waits for a place', async () => {
    //  B holds the machine for 100 s, and goes first since a long path hangs on it.
    const workflow = dag('B -> C', {
      A: { hedge: { kind: 'after', seconds: 20 }, outputs: leaves('out') },
      B: { estimate: { durationS: 100 } },
      C: { estimate: { durationS: 100 } },
    })
    const both = { ...workflow, tasks: [...hedged.tasks, ...workflow.tasks] }
    const engine = rig(({ task, clone }) => ({ takesS: task === 'B' ? 100 : 5, outputs: { out: clone } }), {
      machine: { vcpus: 1, memoryMiB: 1000, gpus: 0 },
    })
    const run = await engine.submit(both)

    await engine.clock.advance(90_000)
    expect(engine.started).toStrictEqual(['B/1/0'])
    expect((await engine.slot(run, 'A/1/1')).state).toBe('standby')

    await engine.finish(run, both)
    expect(engine.started.filter((slot) => slot.startsWith('A'))).toStrictEqual(['A/1/0'])
  })

  test('after the first clone of a new attempt counts from that one', async () => {
    const workflow = dag('A', { A: { hedge: { kind: 'after', seconds: 20 }, retry: { limit: 1, backoffS: 5 } } })
    const engine = rig(({ attempt, clone }) =>
      attempt === 1 ? { takesS: 10, fails: userError() } : { takesS: clone === 0 ? 100 : 10 },
    )
    const run = await engine.submit(workflow)

    await engine.finish(run, workflow)

    expect(secondsOf(await engine.log(run), 'slot.activated')).toStrictEqual({ 'A/2/1': 10 + 5 + 20 })
  })
})
