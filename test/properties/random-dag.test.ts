import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import { seededRandom } from '#core/random.ts'
import type { RunId } from '#core/run/ids.ts'
import { cancel } from '#operations/cancel.ts'
import { retry } from '#operations/retry.ts'
import type { Store } from '#ports/store.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, type Rig, type RigOptions } from '../builders/rig.ts'
import { doomed } from '../operations/outage.ts'
import { unsteady } from '../operations/unsteady-store.ts'
import { drawnClones } from './drawn-clones.ts'
import { unexpectedIn } from './expected-run.ts'
import { randomRuns, type RandomRun } from './random-workflow.ts'
import { lawsBroken } from './run-laws.ts'
import { seenRun } from './seen-run.ts'

/** What happens to a run from outside. */
interface Weather {
  readonly vcpus: number
  /** The n-th job on spot capacity loses its host. */
  readonly reclaimed: number
  /** Every so many seconds all spot hosts go for a while; `null`: never. */
  readonly outageS: number | null
  /** The engine dies after so many commits, and another one goes on. */
  readonly diesAfter: number | null
  /** Somebody cancels the run after so many seconds. */
  readonly cancelledAfterS: number | null
  /** Seed of the delays of the store and of a clock that does not wait for it; `null`: everything is done at once. */
  readonly unsteady: string | null
}

const weather: fc.Arbitrary<Weather> = fc.record({
  vcpus: fc.integer({ min: 2, max: 60 }),
  reclaimed: fc.integer({ min: 1, max: 8 }),
  outageS: fc.option(fc.integer({ min: 20, max: 60 })),
  diesAfter: fc.option(fc.integer({ min: 2, max: 400 })),
  cancelledAfterS: fc.constantFrom(null, null, null, 5, 40, 90),
  unsteady: fc.option(fc.string({ minLength: 1, maxLength: 3 })),
})

function poolsIn({ reclaimed, outageS, unsteady: hurried }: Weather): readonly EmulatedPool[] {
  const spot = {
    ...roomy,
    purchase: 'spot',
    price: { usdPerVcpuHour: 0.001, usdPerGiBHour: 0, usdPerGpuHour: 0 },
  } as const
  return [
    emulatedPool('hot', { ...roomy, tier: 'hot' }),
    emulatedPool('spot-a', { ...spot, reclaim: { kind: 'nth', nth: reclaimed, afterS: 0.5 } }),
    emulatedPool('spot-b', {
      ...spot,
      startDelay: { kind: 'fixed', seconds: 2 },
      reclaim:
        // A hurried clock would run through the trace and get nothing done.
        outageS === null || hurried !== null
          ? { kind: 'never' }
          : { kind: 'trace', trace: { available: [1, 1, 1, 0], tickMs: outageS * 1000 } },
    }),
  ]
}

async function playedOut(drawn: RandomRun, around: Weather): Promise<{ engine: Rig; document: RunDocument }> {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const options: RigOptions = {
    pools: poolsIn(around),
    machine: { vcpus: around.vcpus, memoryMiB: 100_000, gpus: 0 },
    ...(around.unsteady === null ? {} : { quietTurns: 6, hurry: seededRandom(around.unsteady) }),
  }
  const play = drawnClones(drawn, kept.objects)
  const slow = (store: Store): Store => (around.unsteady === null ? store : unsteady(store, around.unsteady))
  const end = doomed({ ...kept, store: slow(kept.store) }, around.diesAfter ?? Infinity, 'dies after')
  const first = rig(play, { ...options, store: end.store, objects: end.objects })
  // A dead engine never answers.
  void first.submit(drawn.workflow, { params: drawn.params })
  await first.clock.advance(1)
  const [record] = (await kept.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error('no run')
  if (around.cancelledAfterS !== null) {
    first.clock.at(first.clock.nowMs() + around.cancelledAfterS * 1000, () => {
      cancel(first.engine.ports, record.id, 'enough').catch(() => undefined)
    })
  }
  if (around.diesAfter === null) return played(first, record.id, drawn)
  await first.clock.runOut(3_600_000)
  end.kill()
  const second = rig(play, { ...options, ...kept, store: slow(kept.store), startMs: first.clock.nowMs() + 1000 })
  await second.engine.recover()
  await second.engine.resume(record.id)
  return played(second, record.id, drawn)
}

/** To its end; what is in doubt meanwhile, somebody says is to be run again. */
async function played(
  engine: Rig,
  run: RunId,
  { workflow }: RandomRun,
): Promise<{ engine: Rig; document: RunDocument }> {
  for (;;) {
    await engine.settle(run)
    const { tasks = [] } = await engine.document(run)
    const inDoubt = tasks.filter(({ state, attempts }) => state === 'running' && attempts.at(-1)?.state === 'in-doubt')
    if (inDoubt.length === 0) return { engine, document: await engine.finish(run, workflow) }
    for (const { id } of inDoubt) await retry(engine.engine.ports, run, [id])
  }
}

/** How often each thing happened in all runs, so that what never does is seen. */
const happened = new Map<string, number>()

function note(document: RunDocument): void {
  const count = (what: string): unknown => happened.set(what, (happened.get(what) ?? 0) + 1)
  for (const { state, attempts } of document.tasks ?? []) {
    count(`task ${state}`)
    for (const { cause, slots, state: how } of attempts) {
      if (how === 'in-doubt') count('attempt in doubt')
      count(`attempt ${cause ?? 'committed'}`)
      for (const slot of slots) count(`${slot.kind} ${slot.state}`)
    }
  }
}

async function assertAsExpected(drawn: RandomRun, around: Weather): Promise<void> {
  const { engine, document } = await playedOut(drawn, around)

  note(document)
  const seen = await seenRun(engine.store, engine.objects, document.id as RunId, drawn.workflow)
  expect([...unexpectedIn(drawn, seen), ...lawsBroken(seen.history)]).toStrictEqual([])
}

/** The same runs every time. A failure is told at once, with its seed and path; without `endOnFailure` it is made small. */
const told = { seed: 3, endOnFailure: true }

test('200 random DAGs with all policies, failures, reclaims and a dying engine come to what one pass over them gives', async () => {
  await fc.assert(fc.asyncProperty(randomRuns({ min: 5, max: 25 }), weather, assertAsExpected), {
    ...told,
    numRuns: 200,
  })
}, 60_000)

test('a DAG of 150 tasks comes to what one pass over it gives', async () => {
  const lucky = randomRuns({ min: 150, max: 150 }).map((drawn) => {
    const { timeoutS: _, budgetUsd: __, ...workflow } = drawn.workflow
    return { ...drawn, workflow: { ...workflow, onFailure: 'finish' as const }, broken: new Set<string>() }
  })
  const quiet = weather.map((around) => ({ ...around, cancelledAfterS: null }))
  await fc.assert(fc.asyncProperty(lucky, quiet, assertAsExpected), {
    ...told,
    numRuns: 2,
  })
}, 60_000)

test.each([
  'task committed',
  'task failed',
  'task skipped',
  'task cancelled',
  'attempt reclaimed',
  'attempt engine-lost',
  'attempt user-error',
  'attempt validator-rejected',
  'attempt bad-output',
  'attempt no-quorum',
  'attempt over-budget',
  'attempt in doubt',
  'active contributed',
  'active rejected',
  'active won',
  'active lost',
  'active failed',
  'standby won',
  'standby lost',
  'standby cancelled',
])('those runs had each thing happen more than a few times: %s', (what) => {
  expect(happened.get(what) ?? 0).toBeGreaterThan(5)
})
