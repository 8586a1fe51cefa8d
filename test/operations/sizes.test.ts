import { expect, test } from 'vitest'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { Platform } from '#core/pools/pool.ts'
import { ledgerId } from '#core/run/ledger.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy } from '../builders/rig.ts'
import { userError } from './story.ts'

/** A vCPU for a second is a thousandth of a USD, and so is a GiB. */
const price = { usdPerVcpuHour: 3.6, usdPerGiBHour: 3.6, usdPerGpuHour: 0 }
const on = (platform: Platform, changes: Parameters<typeof emulatedPool>[1] = {}): readonly EmulatedPool[] => {
  const { pool, ...rest } = emulatedPool('only', { ...roomy, price, ...changes })
  return [{ ...rest, pool: { ...pool, platform } }]
}
const small = { resources: { vcpus: 0.5, memoryMiB: 700, gpus: 0 } }

test('a clone is planned, paid for, billed and remembered by the size that it is given', async () => {
  const engine = rig(() => ({ takesS: 10 }), { pools: on({ kind: 'FARGATE' }) })
  const run = await engine.submit({ ...dag('A', { A: { ...small, timeoutS: 15 } }), budgetUsd: 1 })
  await engine.clock.advance(1_000)

  // 0.5 vCPUs with a GiB for a minute at worst.
  const ledger = await engine.store.rows.get(run, 'ledger', ledgerId)
  expect((ledger?.value.reservedNanoUsd ?? 0) / 1e9).toBeCloseTo(0.09, 8)
  const slot = await engine.slot(run, 'A/1/0')
  expect(slot.reason).toContain(
    '0.5 vCPUs with 700 MiB are 0.5 vCPUs with 1024 MiB on Fargate, the next size that it has',
  )
  expect(slot.resources).toStrictEqual(small.resources)
  await engine.settle(run)
  expect((await engine.document(run)).costUsd).toBeCloseTo(0.015, 9)
  expect(await engine.store.history.recent('test/A', 1)).toMatchObject([{ memoryMiB: 1024 }])
})

test('a clone that ran out of the memory that it was given gets twice of that', async () => {
  const outOfMemory = { ...userError('killed'), cause: 'out-of-memory' } as const
  const engine = rig(({ attempt }) => ({ takesS: 4, ...(attempt === 1 ? { fails: outOfMemory } : {}) }), {
    pools: on({ kind: 'FARGATE' }, { memoryMiB: 100_000 }),
    machine: { vcpus: 64, memoryMiB: 100_000, gpus: 0 },
  })
  await engine.run(dag('A', { A: small }))
  expect(await engine.store.history.recent('test/A', 10)).toMatchObject([
    { slot: 'A/2/0', memoryMiB: 2048, outcome: 'claimed' },
    { slot: 'A/1/0', memoryMiB: 1024, cause: 'out-of-memory' },
  ])
})

test('a clone that no host has room for fails the plan, with what hosts have', async () => {
  const hosts = [{ vcpus: 2, memoryMiB: 650, gpus: 0 }]
  const engine = rig(() => ({ takesS: 1 }), { pools: on({ kind: 'EC2', hosts }) })
  const run = await engine.submit(dag('A', { A: small }))
  await engine.settle(run)
  expect(await engine.document(run)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('one host at most 2 vCPU, 650 MiB, 0 GPU'),
  })
})
