import { expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { ledgerId } from '#core/run/ledger.ts'
import { checkClone } from '#operations/check-clone.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, slotRef } from '../builders/rig.ts'

/** A thousandth of a USD for each second of a vCPU. */
const price = { usdPerVcpuHour: 3.6, usdPerGiBHour: 0, usdPerGpuHour: 0 }
const pools = [emulatedPool('hot', { ...roomy, price })]
const workflow = { ...dag('A', { A: { timeoutS: 600 } }), budgetUsd: 2 }

test.each([
  // A clone renews its lease each 40 s.
  [30, 0],
  [60, 40],
  [130, 120],
])('a clone that its engine left after %d s is billed up to its last sign of life, %d s', async (diedS, billedS) => {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const first = rig(() => ({ takesS: 300 }), { ...kept, pools })
  const run = await first.submit(workflow)
  await first.clock.advance(diedS * 1000)

  // An hour later.
  const second = rig(() => ({ takesS: 300 }), { ...kept, pools, startMs: first.clock.nowMs() + 3_600_000 })
  await second.engine.recover()
  await second.engine.resume(run)

  const lost = await second.slot(run, 'A/1/0')
  expect(lost).toMatchObject({ state: 'failed', failure: { cause: 'engine-lost' } })
  expect(lost.failure?.evidence).toMatch(/billed up to its last sign of life$/)
  expect(lost.bill).toMatchObject({ billedS, costUsd: billedS / 1000, usage: { basis: 'none' } })
  const ledger = await second.store.rows.get(run, 'ledger', ledgerId)
  expect(ledger?.value.spentNanoUsd).toBe(billedS * 1e6)
  expect(ledger?.value.spentNanoUsd).toBeLessThanOrEqual(lost.reservedNanoUsd)
  const document = await second.finish(run, workflow)
  expect(document.costUsd).toBeCloseTo(0.3 + billedS / 1000, 9)
})

test('a clone that its pool knows no more is billed up to its last sign of life', async () => {
  const engine = rig(({ attempt }) => ({ takesS: 500, deaf: attempt === 1 }), { pools })
  const run = await engine.submit(workflow)
  await engine.clock.advance(100_000)
  const jobs = engine.engine.ports.pools.jobs.bind(engine.engine.ports.pools)
  engine.engine.ports.pools.jobs = async () => []

  await checkClone(engine.engine.ports, slotRef(run, 'A/1/0'))
  engine.engine.ports.pools.jobs = jobs

  expect(await engine.slot(run, 'A/1/0')).toMatchObject({ failure: { cause: 'host-lost' }, bill: { billedS: 80 } })
  await engine.finish(run, workflow)
})
