import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causes, type Cause } from '#core/failure/cause.ts'
import { remedyFor, remedyLimits, type FailedAttempt, type Remedy } from '#core/failure/remedy.ts'
import type { PlannedSlot } from '#core/planning/plan.ts'
import { poolSets } from '../planning/random-pools.ts'
import { after } from './failed-attempt.ts'

const { lost, engineLost, doublings, outOfDisk, startFailed, noCapacity } = remedyLimits
/** Further tries that are not the user's. */
const others = lost + engineLost + doublings + outOfDisk + startFailed + noCapacity

const stories = fc.record({
  pools: poolSets.map((all) => all.map((pool) => ({ ...pool, accelerator: 'cpu' as const }))),
  retry: fc.record({
    limit: fc.nat(5),
    backoffS: fc.nat(10),
    on: fc.option(fc.constant<readonly Cause[]>(['user-error', 'unknown']), { nil: undefined }),
  }),
  idempotent: fc.boolean(),
  slots: fc.constantFrom('p0!', 'p0! p5!', 'p0! p5', 'p0! p5?', 'p3! p0! p5!'),
  memoryMiB: fc.constantFrom(64, 200, 1000),
})
type Drawn = typeof stories extends fc.Arbitrary<infer T> ? T : never
interface Attempt {
  readonly cause: Cause
  readonly started: boolean
}
const attempts = (among: readonly Cause[]): fc.Arbitrary<() => Attempt> =>
  fc
    .infiniteStream(fc.record({ cause: fc.constantFrom(...among), started: fc.boolean() }))
    .map((stream) => () => stream.next().value as Attempt)

/** Plays a task that fails each time, until nothing follows; each remedy with the attempt that it is for. */
function played(drawn: Drawn, draw: () => Attempt): readonly { readonly of: FailedAttempt; readonly remedy: Remedy }[] {
  const { retry, idempotent, ...story } = drawn
  const { on, ...rest } = retry
  const definition = { idempotent, retry: on === undefined ? rest : { ...rest, on } }
  const so: Cause[] = []
  const all: { of: FailedAttempt; remedy: Remedy }[] = []
  let slots: readonly PlannedSlot[] | undefined
  for (;;) {
    const { cause, started } = draw()
    so.push(cause)
    const made = after(so, { ...story, definition, started, pool: slots?.[0]?.pool ?? 'p0' })
    const of = slots === undefined ? made : { ...made, slots: slots.map((slot) => ({ ...slot, failure: { cause } })) }
    const remedy = remedyFor(of)
    all.push({ of, remedy })
    // What follows for ever shows as a failed bound, not as a test that hangs.
    if (remedy.kind !== 'retry' || all.length > 1000) return all
    slots = remedy.slots
  }
}

describe('remedies, whatever fails how often', () => {
  it('end: after at most 72 tries that are not the user’s and `retry.limit` that are', () => {
    expect(others).toBe(72)
    fc.assert(
      fc.property(stories, attempts(causes), (drawn, draw) => {
        expect(played(drawn, draw).length).toBeLessThanOrEqual(1 + others + drawn.retry.limit)
      }),
    )
  })

  it.each(causes)('end when it is %s each time', (cause) => {
    fc.assert(
      fc.property(stories, attempts([cause]), (drawn, draw) => {
        expect(played(drawn, draw).length).toBeLessThanOrEqual(1 + Math.max(engineLost, drawn.retry.limit))
      }),
      { numRuns: 20 },
    )
  })

  it('never run again what is not idempotent and had a lease', () => {
    fc.assert(
      fc.property(stories, attempts(causes), (drawn, draw) => {
        const started = played({ ...drawn, idempotent: false }, draw).filter(({ of }) => of.started)
        for (const { remedy } of started) expect(remedy.kind).not.toBe('retry')
      }),
    )
  })

  it('never ask for more than the largest pool has, nor for less than before', () => {
    fc.assert(
      fc.property(stories, attempts(['out-of-memory', 'timed-out', 'reclaimed']), (drawn, draw) => {
        const largest = Math.max(...drawn.pools.map(({ memoryMiB }) => memoryMiB))
        for (const { of, remedy } of played(drawn, draw)) {
          if (remedy.kind !== 'retry') continue
          for (const [index, { resources, timeoutS }] of remedy.slots.entries()) {
            const before = of.slots[index]?.resources.memoryMiB as number
            expect(resources.memoryMiB).toBeGreaterThanOrEqual(before)
            expect(resources.memoryMiB).toBeLessThanOrEqual(Math.max(before, largest))
            expect(timeoutS).toBeGreaterThanOrEqual(of.slots[index]?.timeoutS as number)
          }
        }
      }),
    )
  })

  it('spend none of the user’s retries on the platform', () => {
    const platforms: readonly Cause[] = [
      'reclaimed',
      'host-lost',
      'engine-lost',
      'out-of-memory',
      'out-of-disk',
      'no-capacity',
    ]
    const histories = fc.array(fc.constantFrom<Cause>(...platforms, 'user-error', 'unknown'), { maxLength: 20 })
    fc.assert(
      fc.property(histories, fc.nat(5), (so, limit) => {
        const spent = so.filter((cause) => !platforms.includes(cause)).length
        const { kind } = remedyFor(after([...so, 'user-error'], { definition: { retry: { limit, backoffS: 1 } } }))
        expect(kind).toBe(spent < limit ? 'retry' : 'give-up')
      }),
    )
  })

  it('keep the number and the kinds of slots, on pools that there are', () => {
    fc.assert(
      fc.property(stories, attempts(causes), (drawn, draw) => {
        const ids = drawn.pools.map(({ id }) => id)
        // Each has room for a clone of 64 MiB.
        const pools = drawn.pools.map((pool) => ({ ...pool, platform: { kind: 'machine' } as const }))
        for (const { of, remedy } of played({ ...drawn, pools, memoryMiB: 64 }, draw)) {
          if (remedy.kind !== 'retry') continue
          expect(remedy.slots.map(({ kind, variant }) => [kind, variant])).toStrictEqual(
            of.slots.map(({ kind, variant }) => [kind, variant]),
          )
          expect(ids).toStrictEqual(expect.arrayContaining(remedy.slots.map(({ pool }) => pool)))
        }
      }),
    )
  })
})
