import { describe, expect, test } from 'vitest'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { ledgerId } from '#core/run/ledger.ts'
import { change } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { ledgerOf, settledBy, settling } from '#operations/ledger-of.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool, runId } from '../builders/emulation.ts'
import { rig, roomy, slotRef, statesOf, taskIn, type Rig } from '../builders/rig.ts'
import { numbers } from './drawn.ts'
import { jobName, secondsOf } from './story.ts'

/** A thousandth of a USD for each second of a vCPU. */
const price = { usdPerVcpuHour: 3.6, usdPerGiBHour: 0, usdPerGpuHour: 0 }
const pools = [emulatedPool('hot', { ...roomy, price })]
/** A clone costs 0.06 USD at worst: 15 s, and the 45 s beyond. */
const brief: Partial<Task> = { timeoutS: 15 }

function costly(workflow: Workflow, budgetUsd: number): Workflow {
  return { ...workflow, budgetUsd }
}

async function ledger(engine: Rig, run: RunId) {
  return (await engine.store.rows.get(run, 'ledger', ledgerId))?.value
}

describe('a run with a budget', () => {
  const three = (budgetUsd: number) => costly(workflowOf(numbers(3).map((n) => task(`A${n}`, brief))), budgetUsd)

  test('puts the worst case of each clone aside, and takes back what it did not cost', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools })
    const workflow = three(1)
    const run = await engine.submit(workflow)
    await engine.clock.advance(1_000)

    expect(await ledger(engine, run)).toMatchObject({ capNanoUsd: 1e9, reservedNanoUsd: 180e6, spentNanoUsd: 0 })
    expect((await engine.slot(run, 'A0/1/0')).reservedNanoUsd).toBe(60e6)
    expect((await engine.document(run)).reservedUsd).toBe(0.18)
    await engine.finish(run, workflow)

    expect(await ledger(engine, run)).toMatchObject({ reservedNanoUsd: 0, spentNanoUsd: 30e6 })
  })

  test('waits for money that may come back, and says so', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools })
    const workflow = three(0.09)
    const run = await engine.submit(workflow)
    await engine.clock.advance(1_000)

    expect(taskIn(await engine.document(run), 'A1').waitingFor).toBe('money')
    const document = await engine.finish(run, workflow)

    // One after the other: each costs a cent, and the next one needs six.
    expect(document).toMatchObject({ state: 'succeeded', costUsd: 0.03, makespanS: 30 })
  })

  test('fails a task that can never be paid, with what it needs and what is left', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools })
    const workflow = three(0.075)
    const run = await engine.submit(workflow)

    const document = await engine.finish(run, workflow)

    expect(statesOf(document)).toStrictEqual({ A0: 'committed', A1: 'committed', A2: 'failed' })
    expect(taskIn(document, 'A2').attempts).toMatchObject([
      {
        state: 'failed',
        cause: 'over-budget',
        confidence: 'certain',
        evidence: 'needs up to 0.0600 USD, 0.0550 of 0.0750 USD are left',
        remedy: 'give-up',
        slots: [{ state: 'failed', costUsd: 0 }],
      },
    ])
    expect(document.costUsd).toBeCloseTo(0.02, 12)
  })

  test('of nothing starts nothing, and ends', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools })
    const workflow = costly(dag('A -> B', { A: brief, B: brief }), 0)

    const document = await engine.run(workflow)

    expect(statesOf(document)).toStrictEqual({ A: 'failed', B: 'skipped' })
    expect(engine.started).toStrictEqual([])
  })

  test('goes to a cheaper pool that its own spills to', async () => {
    const cheap = { ...price, usdPerVcpuHour: 0.36 }
    const tiers = [
      emulatedPool('hot', { ...roomy, tier: 'hot', price, spillsTo: ['cold'] }),
      emulatedPool('cold', { ...roomy, tier: 'cold', price: cheap }),
    ]
    const engine = rig(() => ({ takesS: 10 }), { pools: tiers })
    const asked = { ...brief, pool: { tier: 'hot' } } as const
    const workflow = costly(workflowOf([task('A', asked), task('B', asked)]), 0.07)

    const document = await engine.run(workflow)

    expect(document.tasks?.map(({ attempts }) => attempts[0]?.slots[0]?.pool)).toStrictEqual(['hot', 'cold'])
    expect(document.makespanS).toBe(10)
  })

  test('takes no place from others while it waits for money', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools: [emulatedPool('hot', { ...roomy, vcpus: 2, price })] })
    const poor = { ...three(0.06), priority: 90 }
    const other = workflowOf([task('Z')])
    const first = await engine.submit(poor)
    const second = await engine.submit(other)

    await engine.finish(second, other)
    await engine.finish(first, poor)

    expect(secondsOf(await engine.log(second), 'slot.starting')).toStrictEqual({ 'Z/1/0': 0 })
  })
})

test('a run without a budget has no ledger', async () => {
  const engine = rig(() => ({ takesS: 10 }), { pools })
  const document = await engine.run(workflowOf([task('A')]))

  const run = document.id as RunId
  expect(await ledger(engine, run)).toBeUndefined()
  expect(await ledgerOf(engine.store, { id: run, budgetUsd: null })).toBeUndefined()
  expect(await ledgerOf(engine.store, { id: run, budgetUsd: 1 })).toMatchObject({ capNanoUsd: 1e9, spentNanoUsd: 0 })
})

test('a thousand bills of one moment are each written once, at the first try', async () => {
  const run = runId()
  const store = new MemoryStore()
  const bill = { costUsd: 7e-9 } as NonNullable<SlotRecord['bill']>
  const slot = { run, reservedNanoUsd: 10 } as SlotRecord
  const held = { kind: 'slot', id: 'A/1/0', version: 1, value: slot } as const
  const opened = { type: 'ledger.opened', atMs: 1, run, capNanoUsd: 1e9 } as const
  const reserved = { type: 'ledger.reserved', atMs: 1, nanoUsd: 10_000 } as const
  await store.rows.commit(run, [change('ledger', ledgerId, undefined, opened, reserved)])
  let tries = 0

  await Promise.all(
    numbers(1000).map(() =>
      settling(store, held, async (_, stored) => {
        tries += 1
        return { write: settledBy(stored, slot, bill, 2), value: undefined }
      }),
    ),
  )

  expect(tries).toBe(1000)
  expect((await store.rows.get(run, 'ledger', ledgerId))?.value).toMatchObject({
    reservedNanoUsd: 0,
    spentNanoUsd: 7000,
  })
})

describe('a job that ended before the word of its clone', () => {
  const workflow = costly(workflowOf([task('A', { timeoutS: 100 })]), 1)
  const underWay = async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools })
    const run = await engine.submit(workflow)
    await engine.clock.advance(3_000)
    const ended = (exitCode: number | null, reason = 'Essential container in task exited') =>
      jobEnded(engine.engine.ports, {
        job: jobName(run, 'A/1/0'),
        slot: slotRef(run, 'A/1/0'),
        pool: 'hot',
        atMs: engine.clock.nowMs(),
        billedS: 3,
        exitCode,
        reason,
      })
    return { engine, run, ended }
  }

  test('with exit code 0 is given time for its report, which is what is billed', async () => {
    const { engine, run, ended } = await underWay()
    await ended(0)
    await ended(0)

    expect(await engine.slot(run, 'A/1/0')).toMatchObject({ state: 'running', bill: null })
    const document = await engine.finish(run, workflow)

    expect(document).toMatchObject({ state: 'succeeded', costUsd: 0.01 })
    expect(await ledger(engine, run)).toMatchObject({ reservedNanoUsd: 0, spentNanoUsd: 10e6 })
  })

  test.each([
    [null, 'Host EC2 (instance i-0) terminated.', 'reclaimed'],
    [137, 'OutOfMemoryError: Container killed due to memory usage', 'out-of-memory'],
  ] as const)('otherwise fails at once, and is billed once: %s, %s', async (exitCode, reason, cause) => {
    const { engine, run, ended } = await underWay()
    await ended(exitCode, reason)
    await ended(exitCode, reason)

    const slot = await engine.slot(run, 'A/1/0')
    expect(slot).toMatchObject({ state: 'failed', failure: { cause, exitCode }, bill: { billedS: 3 } })
    expect(await ledger(engine, run)).toMatchObject({ spentNanoUsd: 3e6 })
    await engine.finish(run, workflow)
  })
})
