import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availableAt, nextChangeMs, reclaimsPerHour, type ReclaimTrace } from '#core/pools/reclaim-trace.ts'

const trace = (available: readonly (0 | 1)[], tickMs = 1000): ReclaimTrace => ({ available, tickMs })
const anyTrace = fc.record({
  available: fc.array(fc.constantFrom<0 | 1>(0, 1), { minLength: 1, maxLength: 12 }),
  tickMs: fc.integer({ min: 1, max: 700_000 }),
})

describe('a trace of availability', () => {
  it('says for each tick whether hosts can be had, borders belonging to what they begin', () => {
    const given = trace([1, 1, 0, 1])
    const seen = [0, 999, 1999, 2000, 2999, 3000, 3999].map((ms) => availableAt(given, ms))
    expect(seen).toStrictEqual([true, true, true, false, false, true, true])
  })

  it('begins again after its last tick', () => {
    const given = trace([1, 0])
    expect([4000, 5000, 6000].map((ms) => availableAt(given, ms))).toStrictEqual([true, false, true])
  })

  it('names each change, also the one at the seam', () => {
    const given = trace([1, 1, 0])
    expect(nextChangeMs(given, 0)).toBe(2000)
    expect(nextChangeMs(given, 1999)).toBe(2000)
    expect(nextChangeMs(given, 2000)).toBe(3000)
    expect(nextChangeMs(given, 3000)).toBe(5000)
  })

  it('has no change when all ticks are equal', () => {
    expect(nextChangeMs(trace([1, 1, 1]), 500)).toBeNull()
    expect(nextChangeMs(trace([1]), 0)).toBeNull()
  })

  it('counts reclaims by the hours in which there is something to reclaim', () => {
    // Two losses (one at the seam) in three available ticks of ten minutes.
    expect(reclaimsPerHour(trace([1, 0, 1, 1, 0, 0], 600_000))).toBeCloseTo(2 / 0.5, 10)
    expect(reclaimsPerHour(trace([1, 1]))).toBe(0)
  })

  it('changes at the named moment and not before it', () => {
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 0, max: 20_000_000 }), (given, nowMs) => {
        const nextMs = nextChangeMs(given, nowMs)
        const now = availableAt(given, nowMs)
        const roundMs = given.available.length * given.tickMs
        const then = nextMs === null ? !now : availableAt(given, nextMs)
        expect(then).toBe(!now)
        expect(nextMs ?? Infinity).toBeGreaterThan(nowMs)
        // Until then, or in a whole round, every tick is as it is now.
        for (let ms = nowMs; ms < (nextMs ?? nowMs + roundMs); ms += given.tickMs) {
          expect(availableAt(given, ms)).toBe(now)
        }
      }),
    )
  })
})
