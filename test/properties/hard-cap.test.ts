import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { taskOf, type RunId } from '#core/run/ids.ts'
import type { LedgerRecord } from '#core/run/ledger.ts'
import { evolve } from '#core/run/record.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, type Rig } from '../builders/rig.ts'
import { historyOf, ofKind } from '../invariants/history.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import { userError } from '../operations/story.ts'
import { randomRuns, type RandomRun } from './random-workflow.ts'

const price = (usdPerVcpuHour: number) => ({ usdPerVcpuHour, usdPerGiBHour: 0.01, usdPerGpuHour: 0 })

/** What a run may spend, and what happens to it. */
interface Luck {
  readonly budgetUsd: number
  readonly vcpus: number
  readonly reclaimed: number
  /** One clone in so many does not end by itself; its limit ends it. */
  readonly endless: number
  readonly silent: number
}

const luck: fc.Arbitrary<Luck> = fc.record({
  // The worst case of one clone is some 0.07 USD in the dear pool.
  budgetUsd: fc.integer({ min: 5, max: 300 }).map((cents) => cents / 100),
  vcpus: fc.integer({ min: 2, max: 40 }),
  reclaimed: fc.integer({ min: 1, max: 8 }),
  endless: fc.integer({ min: 3, max: 20 }),
  silent: fc.integer({ min: 5, max: 30 }),
})

const happened = new Map<string, number>()
const count = (what: string): unknown => happened.set(what, (happened.get(what) ?? 0) + 1)

async function played(drawn: RandomRun, around: Luck): Promise<{ engine: Rig; workflow: Workflow; run: RunId }> {
  // Nobody is there who could be asked of what is in doubt.
  const tasks = drawn.workflow.tasks.map((task) => ({ ...task, timeoutS: 25, idempotent: true }))
  const { timeoutS: _, ...untimed } = drawn.workflow
  const workflow = { ...untimed, tasks, budgetUsd: around.budgetUsd, onFailure: 'finish' } as const
  const spot = { ...roomy, purchase: 'spot', price: price(1) } as const
  const objects = new MemoryObjects()
  let clones = 0
  const engine = rig(
    async (slot, assignment) => {
      clones += 1
      if (clones % around.endless === 0) return { takesS: 100_000 }
      const id = taskOf(slot.task)
      const habit = drawn.habits[id]
      const takesS = ((habit?.takesS ?? 1) * (1 + slot.clone * 2) * (slot.attempt + 2)) % 25
      if (clones % around.silent === 0) return { takesS, silent: 'Host EC2 (instance i-0) terminated.' }
      if (drawn.broken.has(id) || drawn.broken.has(slot.task)) return { takesS, fails: userError() }
      const lists = { [id]: habit?.list ?? [] }
      return { takesS, outputs: { score: 1, ...(await hashedOutputs(objects, assignment, lists)) } }
    },
    {
      objects,
      machine: { vcpus: around.vcpus, memoryMiB: 100_000, gpus: 0 },
      pools: [
        emulatedPool('hot', { ...roomy, tier: 'hot', price: price(3.6), spillsTo: ['spot'] }),
        emulatedPool('spot', { ...spot, reclaim: { kind: 'nth', nth: around.reclaimed, afterS: 0.5 } }),
      ],
    },
  )
  const run = await engine.submit(workflow, { params: drawn.params })
  await engine.finish(run, workflow)
  return { engine, workflow, run }
}

/** Totals of the ledger after each of its events. */
async function ledgerStates(engine: Rig, run: RunId): Promise<readonly LedgerRecord[]> {
  let ledger: LedgerRecord | undefined
  const states: LedgerRecord[] = []
  for (const { kind, event } of await engine.log(run)) {
    if (kind !== 'ledger') continue
    ledger = evolve('ledger', ledger, event as Parameters<typeof evolve<'ledger'>>[2])
    states.push(ledger)
    count(event.type)
  }
  return states
}

test('no run spends more than its budget, nor ever puts more aside than it has', async () => {
  await fc.assert(
    fc.asyncProperty(randomRuns({ min: 5, max: 30 }), luck, async (drawn, around) => {
      const { engine, workflow, run } = await played(drawn, around)

      for (const { capNanoUsd, reservedNanoUsd, spentNanoUsd } of await ledgerStates(engine, run)) {
        expect(reservedNanoUsd).toBeGreaterThanOrEqual(0)
        expect(spentNanoUsd + reservedNanoUsd).toBeLessThanOrEqual(capNanoUsd)
        expect(capNanoUsd).toBeLessThanOrEqual(around.budgetUsd * 1e9 + 1e-3)
      }
      const history = await historyOf(engine.store, run, workflow)
      const slots = ofKind(history, 'slot').map(({ value }) => value)
      for (const { failure, state, waitingFor, bill, reservedNanoUsd } of slots) {
        count(`slot ${failure?.cause ?? state}`)
        expect(Math.ceil((bill?.costUsd ?? 0) * 1e9)).toBeLessThanOrEqual(reservedNanoUsd)
        expect(waitingFor).toBeNull()
      }
      const [ledger] = ofKind(history, 'ledger')
      const spent = slots.reduce((sum, { bill }) => sum + Math.ceil((bill?.costUsd ?? 0) * 1e9), 0)
      expect(ledger?.value.reservedNanoUsd ?? 0).toBe(0)
      expect(ledger?.value.spentNanoUsd ?? 0).toBe(spent)
      for (const { event } of await engine.log(run)) {
        if (event.type === 'slot.held') count(`held for ${event.waitingFor}`)
      }
    }),
    { seed: 5, endOnFailure: true, numRuns: 45 },
  )
}, 60_000)

test.each([
  'ledger.reserved',
  'ledger.settled',
  'held for money',
  'slot over-budget',
  'slot timed-out',
  'slot reclaimed',
  'slot won',
  'slot lost',
])('those runs had each thing happen more than a few times: %s', (what) => {
  expect(happened.get(what) ?? 0).toBeGreaterThan(5)
})
