import { describe, expect, test } from 'vitest'
import type { CloneReport } from '#contract/clone-api.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { cancel } from '#operations/cancel.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { lease } from '#operations/lease.ts'
import { report } from '#operations/report.ts'
import type { JobEnded } from '#ports/pools.ts'
import { dag } from '../builders/dag.ts'
import { rig, slotRef, taskIn, type Rig } from '../builders/rig.ts'
import { jobName, userError } from './story.ts'

const chain = dag('A -> B', { A: { clones: 2, retry: { limit: 1, backoffS: 0 } } })

/** A run whose clones of A both work, for ten and twenty seconds, and are three seconds into it. */
async function underWay(deaf = false): Promise<{ engine: Rig; run: RunId }> {
  const engine = rig(({ task, clone }) => ({ takesS: task === 'A' ? 10 * (clone + 1) : 5, deaf }))
  const run = await engine.submit(chain)
  await engine.clock.advance(3_000)
  return { engine, run }
}

function reportOf(run: RunId, slot: string, fence: number, ended: CloneReport['ended']): CloneReport {
  return {
    slot: slotRef(run, slot),
    job: jobName(run, slot),
    fence,
    ended,
    usage: { basis: 'sampled', cpuS: 1, peakMemoryMiB: 10, bytesIn: 1, bytesOut: 2 },
    times: { stagingInS: 0, runningS: 3, stagingOutS: 0 },
    billedS: 3,
  }
}

function endOf({
  engine,
  run,
  slot,
  reason = 'exited',
}: {
  engine: Rig
  run: RunId
  slot: string
  reason?: string
}): JobEnded {
  return {
    job: jobName(run, slot),
    slot: slotRef(run, slot),
    pool: 'hot',
    atMs: engine.clock.nowMs(),
    billedS: 3,
    exitCode: null,
    reason,
  }
}

/** What the call of a port changes: the events that it leaves. */
async function eventsBy(engine: Rig, run: RunId, call: () => Promise<unknown>): Promise<readonly string[]> {
  const before = (await engine.log(run)).length
  await call()
  return (await engine.log(run)).slice(before).map(({ id, event }) => `${id} ${event.type}`)
}

const holder = 'another agent'

/** Ends a lease as if its time had passed, for a clone that stays otherwise. */
async function outlive(engine: Rig, run: RunId, key: string): Promise<void> {
  const stored = (await engine.store.rows.get(run, 'slot', key))!
  const { fence } = stored.value
  const atMs = engine.clock.nowMs()
  await engine.store.rows.commit(run, [
    change('slot', key, stored, { type: 'slot.renewed', atMs, fence, untilMs: atMs }),
  ])
}

const claimed: CloneReport['ended'] = { kind: 'claimed', manifest: {} }

describe('a lease', () => {
  test('is granted to another agent once it ran out, under a greater fence, and not before', async () => {
    const { engine, run } = await underWay()
    const holder = (await engine.slot(run, 'A/1/0')).holder as string
    const request = { slot: slotRef(run, 'A/1/0'), job: jobName(run, 'A/1/0') }
    const asked = (who: string) => lease(engine.engine.ports, { ...request, holder: who })

    expect(await asked(holder)).toMatchObject({ granted: true, fence: 1 })
    expect(await asked('another')).toStrictEqual({ granted: false, why: 'another agent holds the slot' })
    await outlive(engine, run, 'A/1/0')
    expect(await asked('another')).toMatchObject({ granted: true, fence: 2 })
    expect(await asked('another')).toMatchObject({ granted: true, fence: 2 })
  })

  test('of a task that is not idempotent is granted once for ever, however long ago it ran out', async () => {
    const engine = rig(() => ({ takesS: 10 }))
    const once = dag('A', { A: { idempotent: false } })
    const run = await engine.submit(once)
    await engine.clock.advance(3_000)
    const before = await engine.slot(run, 'A/1/0')
    const request = { slot: slotRef(run, 'A/1/0'), job: jobName(run, 'A/1/0') }
    const asked = (who: string) => lease(engine.engine.ports, { ...request, holder: who })
    await outlive(engine, run, 'A/1/0')

    const refused = { granted: false, why: 'not idempotent: leased once for ever' }
    expect(await eventsBy(engine, run, () => asked('another'))).toStrictEqual([])
    expect(await asked('another')).toStrictEqual(refused)
    // Who has it did not start a second time.
    expect(await asked(before.holder as string)).toMatchObject({ granted: true, fence: 1 })
    await engine.settle(run)
    expect(taskIn(await engine.document(run), 'A')).toMatchObject({ attempts: [{ state: 'in-doubt' }] })
    expect(engine.started).toStrictEqual(['A/1/0'])
  })

  test.each([
    ['for a job that does not hold the slot', 'A/1/0', 'another', 'another job holds the slot'],
    ['for a slot that is not there', 'A/1/7', undefined, 'there is no such slot'],
  ])('is refused %s, and nothing is written', async (_, slot, job, why) => {
    const { engine, run } = await underWay()
    const asked = () => lease(engine.engine.ports, { slot: slotRef(run, slot), job: job ?? jobName(run, slot), holder })

    expect(await eventsBy(engine, run, asked)).toStrictEqual([])
    expect(await asked()).toStrictEqual({ granted: false, why })
  })

  test('is refused once the attempt is decided', async () => {
    const { engine, run } = await underWay()
    await engine.settle(run)

    const answer = await lease(engine.engine.ports, { slot: slotRef(run, 'A/1/1'), job: jobName(run, 'A/1/1'), holder })

    expect(answer).toStrictEqual({ granted: false, why: 'the run is succeeded' })
  })

  test('is refused to the loser of a race whose run goes on', async () => {
    const { engine, run } = await underWay()
    await engine.clock.advance(8_000)

    const answer = await lease(engine.engine.ports, { slot: slotRef(run, 'A/1/1'), job: jobName(run, 'A/1/1'), holder })

    expect(answer).toStrictEqual({ granted: false, why: 'the slot is lost' })
    await engine.finish(run, chain)
  })

  test('is refused while the run is cancelling', async () => {
    const { engine, run } = await underWay()
    const cancelled = cancel(engine.engine.ports, run, 'enough')

    const answers: unknown[] = []
    for (let turns = 0; turns < 100 && answers.length === 0; turns += 1) {
      const { state } = (await engine.store.rows.get(run, 'run', 'run'))!.value
      if (state === 'cancelling') {
        answers.push(
          await lease(engine.engine.ports, { slot: slotRef(run, 'A/1/0'), job: jobName(run, 'A/1/0'), holder }),
        )
      }
    }

    expect(answers).toStrictEqual([{ granted: false, why: 'the run is cancelling' }])
    await cancelled
    await engine.finish(run, chain)
  })
})

describe('a report', () => {
  test('under an old fence is fenced, and changes nothing', async () => {
    const { engine, run } = await underWay()
    await outlive(engine, run, 'A/1/0')
    await lease(engine.engine.ports, { slot: slotRef(run, 'A/1/0'), job: jobName(run, 'A/1/0'), holder })
    const old = () => report(engine.engine.ports, reportOf(run, 'A/1/0', 1, claimed))

    expect(await eventsBy(engine, run, old)).toStrictEqual([])
    expect(await old()).toBe('fenced')
    expect((await engine.slot(run, 'A/1/0')).state).toBe('running')
  })

  test('of another job, or of a slot that is not there, is fenced', async () => {
    const { engine, run } = await underWay()

    const other = { ...reportOf(run, 'A/1/0', 1, claimed), job: 'another' }
    expect(await report(engine.engine.ports, other)).toBe('fenced')
    expect(await report(engine.engine.ports, reportOf(run, 'A/1/7', 1, claimed))).toBe('fenced')
  })

  test('that comes again is accepted again, and changes nothing', async () => {
    const { engine, run } = await underWay()
    const said = () => report(engine.engine.ports, reportOf(run, 'A/1/0', 1, claimed))

    expect(await eventsBy(engine, run, said)).toContain('A task.committed')
    expect(await eventsBy(engine, run, said)).toStrictEqual([])
    await engine.finish(run, chain)
    expect(engine.started.filter((slot) => slot.startsWith('B'))).toStrictEqual(['B/1/0'])
  })

  test.each<CloneReport['ended']>([claimed, { kind: 'failed', failure: userError() }, { kind: 'stopped' }])(
    'after the decision is late: it is billed, once, and nothing else',
    async (ended) => {
      const { engine, run } = await underWay(true)
      await report(engine.engine.ports, reportOf(run, 'A/1/0', 1, claimed))
      expect((await engine.slot(run, 'A/1/1')).state).toBe('lost')
      const late = () => report(engine.engine.ports, reportOf(run, 'A/1/1', 1, ended))

      expect(await eventsBy(engine, run, late)).toStrictEqual(['A/1/1 slot.billed'])
      expect(await late()).toBe('late')
      expect(await eventsBy(engine, run, late)).toStrictEqual([])
      const document = await engine.finish(run, chain)
      expect(taskIn(document, 'A').attempts[0]?.slots[1]).toMatchObject({ state: 'lost', cpuS: 1, peakMemoryMiB: 10 })
    },
  )

  test('is kept in history once, as what the clone came to', async () => {
    const { engine, run } = await underWay()

    await engine.finish(run, chain)

    const samples = await engine.store.history.recent('test/A', 10)
    expect(samples.map(({ slot, outcome, runningS }) => `${slot} ${outcome} ${runningS}`).toSorted()).toStrictEqual([
      'A/1/0 claimed 10',
      'A/1/1 lost 10',
    ])
  })
})

describe('the end of a job', () => {
  test.each([1, 2, 3, 4, 5])(
    'told %d times before the report: the slot failed once, and the report is late',
    async (times) => {
      const { engine, run } = await underWay()
      const told = async () => {
        for (let n = 0; n < times; n += 1) await jobEnded(engine.engine.ports, endOf({ engine, run, slot: 'A/1/0' }))
      }

      expect(await eventsBy(engine, run, told)).toStrictEqual(['A/1/0 slot.failed', 'A/1/0 slot.billed'])
      expect(await report(engine.engine.ports, reportOf(run, 'A/1/0', 1, claimed))).toBe('late')
      const document = await engine.finish(run, chain)
      expect(taskIn(document, 'A').attempts).toMatchObject([
        { state: 'committed', slots: [{ state: 'failed' }, { state: 'won' }] },
      ])
    },
  )

  test.each([1, 5])('told %d times after the report changes nothing', async (times) => {
    const { engine, run } = await underWay()
    await report(engine.engine.ports, reportOf(run, 'A/1/0', 1, claimed))
    const told = async () => {
      for (let n = 0; n < times; n += 1) await jobEnded(engine.engine.ports, endOf({ engine, run, slot: 'A/1/0' }))
    }

    expect(await eventsBy(engine, run, told)).toStrictEqual([])
    await engine.finish(run, chain)
  })

  test('told at once five times over is one end', async () => {
    const { engine, run } = await underWay()
    const told = () =>
      Promise.all(Array.from({ length: 5 }, () => jobEnded(engine.engine.ports, endOf({ engine, run, slot: 'A/1/0' }))))

    expect(await eventsBy(engine, run, told)).toStrictEqual(['A/1/0 slot.failed', 'A/1/0 slot.billed'])
    await engine.finish(run, chain)
  })

  test('of a slot that is not there, or of another job, changes nothing', async () => {
    const { engine, run } = await underWay()

    const strange = async () => {
      await jobEnded(engine.engine.ports, endOf({ engine, run, slot: 'A/1/7' }))
      await jobEnded(engine.engine.ports, { ...endOf({ engine, run, slot: 'A/1/0' }), job: 'another' })
    }

    expect(await eventsBy(engine, run, strange)).toStrictEqual([])
    await engine.finish(run, chain)
  })

  test('settles a claim that was taken and not settled', async () => {
    const { engine, run } = await underWay()
    // The claim is durable, and whoever took it came no further.
    const stored = (await engine.store.rows.get(run, 'slot', 'A/1/0'))!
    const atMs = engine.clock.nowMs()
    const bill = { ...reportOf(run, 'A/1/0', 1, claimed), costUsd: 0 }
    const { usage, times, billedS, costUsd } = bill
    await engine.store.rows.commit(run, [
      change(
        'slot',
        'A/1/0',
        stored,
        { type: 'slot.claimed', atMs, fence: 1, manifest: {} },
        {
          type: 'slot.billed',
          atMs,
          bill: { usage, times, billedS, costUsd },
        },
      ),
    ])

    const told = () => jobEnded(engine.engine.ports, endOf({ engine, run, slot: 'A/1/0' }))

    expect(await eventsBy(engine, run, told)).toContain('A task.committed')
    await engine.finish(run, chain)
  })
})
