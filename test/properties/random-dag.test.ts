import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { Json } from '#core/json.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import { seededRandom } from '#core/random.ts'
import { taskOf } from '#core/run/ids.ts'
import { cancel } from '#operations/cancel.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, statesOf, type Rig, type RigOptions } from '../builders/rig.ts'
import type { Script } from '../builders/scripted-clone.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import { doomed } from '../operations/outage.ts'
import { userError } from '../operations/story.ts'
import { unsteady } from '../operations/unsteady-store.ts'
import { expectedRun } from './expected-run.ts'
import { randomRuns, type RandomRun } from './random-workflow.ts'

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

/** Clones that do what was drawn for their task. */
function player({ lists, broken, unlucky, takesS }: RandomRun): (objects: ObjectStore) => Script {
  const failed = new Map<string, Set<number>>()
  return (objects) => async (slot, assignment) => {
    const id = taskOf(slot.task)
    const seconds = ((takesS[id] ?? 1) * (1 + slot.clone * 2) * (slot.attempt + 2)) % 31
    const tries = failed.get(slot.task) ?? new Set()
    failed.set(slot.task, tries)
    // All clones of a try fail together, and a task never fails more often than it may be retried.
    if (tries.size < (unlucky[id] ?? 0)) tries.add(slot.attempt)
    if (tries.has(slot.attempt) || broken.has(id) || broken.has(slot.task))
      return { takesS: seconds, fails: userError() }
    return {
      takesS: seconds,
      outputs: await hashedOutputs(objects, assignment, lists),
    }
  }
}

async function playedOut(drawn: RandomRun, around: Weather): Promise<{ engine: Rig; document: RunDocument }> {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const options: RigOptions = {
    pools: poolsIn(around),
    machine: { vcpus: around.vcpus, memoryMiB: 100_000, gpus: 0 },
    ...(around.unsteady === null ? {} : { quietTurns: 6, hurry: seededRandom(around.unsteady) }),
  }
  const play = player(drawn)(kept.objects)
  const slow = (store: Store): Store => (around.unsteady === null ? store : unsteady(store, around.unsteady))
  const end = doomed({ ...kept, store: slow(kept.store) }, around.diesAfter ?? Infinity, 'dies after')
  const first = rig(play, { ...options, store: end.store, objects: end.objects })
  // A dead engine never answers.
  void first.submit(drawn.workflow)
  await first.clock.advance(1)
  const [record] = (await kept.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error('no run')
  if (around.cancelledAfterS !== null) {
    first.clock.at(first.clock.nowMs() + around.cancelledAfterS * 1000, () => {
      cancel(first.engine.ports, record.id, 'enough').catch(() => undefined)
    })
  }
  if (around.diesAfter === null) return { engine: first, document: await first.finish(record.id, drawn.workflow) }
  await first.clock.runOut(3_600_000)
  end.kill()
  const second = rig(play, { ...options, ...kept, store: slow(kept.store), startMs: first.clock.nowMs() + 1000 })
  await second.engine.recover()
  await second.engine.resume(record.id)
  return { engine: second, document: await second.finish(record.id, drawn.workflow) }
}

/** How often each thing happened in all runs, so that what never does is seen. */
const happened = new Map<string, number>()

function note(document: RunDocument): void {
  const count = (what: string): unknown => happened.set(what, (happened.get(what) ?? 0) + 1)
  for (const { state, attempts } of document.tasks ?? []) {
    count(`task ${state}`)
    for (const { cause, slots } of attempts) {
      count(`attempt ${cause ?? 'committed'}`)
      for (const slot of slots) count(`${slot.kind} ${slot.state}`)
    }
  }
}

async function assertAsExpected(drawn: RandomRun, around: Weather): Promise<void> {
  const expected = expectedRun(drawn)

  const { engine, document } = await playedOut(drawn, around)

  note(document)
  const outputs: Record<string, Json> = {}
  for (const { id, state, attempts } of document.tasks ?? []) {
    if (state === 'committed' && attempts.length > 0) outputs[id] = await engine.output(document.id, id, 'out')
  }
  // Of a run that was cancelled, what was committed before is what it would have been.
  const cancelled = document.state === 'cancelled'
  expect(cancelled ? {} : statesOf(document)).toStrictEqual(cancelled ? {} : expected.states)
  expect(cancelled ? { ...expected.outputs, ...outputs } : outputs).toStrictEqual(expected.outputs)
}

/** The same runs every time. A failure is told at once, with its seed and path; without `endOnFailure` it is made small. */
const told = { seed: 3, endOnFailure: true }

test('random DAGs with clones, hedges, retries, reclaims and a dying engine come to what one pass over them gives', async () => {
  await fc.assert(fc.asyncProperty(randomRuns({ min: 5, max: 40 }), weather, assertAsExpected), {
    ...told,
    numRuns: 60,
  })
}, 60_000)

test('a DAG of 150 tasks comes to what one pass over it gives', async () => {
  const lucky = randomRuns({ min: 150, max: 150 }).map((drawn) => ({ ...drawn, broken: new Set<string>() }))
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
  'active won',
  'active lost',
  'active failed',
  'standby won',
  'standby lost',
  'standby cancelled',
])('those runs had each thing happen more than a few times: %s', (what) => {
  expect(happened.get(what) ?? 0).toBeGreaterThan(5)
})
