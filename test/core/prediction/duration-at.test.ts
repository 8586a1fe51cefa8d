import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationAt } from '#core/prediction/duration-at.ts'
import type { Prediction } from '#core/prediction/prediction.ts'

const seconds = fc.double({ min: 0, max: 1e6, noNaN: true })
const predictions: fc.Arbitrary<Prediction> = fc.tuple(seconds, seconds, seconds).map((three) => {
  const [p50, p90, p99] = three.toSorted((a, b) => a - b) as [number, number, number]
  const flat = { p50: 1, p90: 1, p99: 1 }
  return { basis: { kind: 'estimate' }, durationS: { p50, p90, p99 }, memoryMiB: flat }
})
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('the duration at a quantile', () => {
  it('is the known one at 0.5, 0.9 and 0.99, exactly', () => {
    fc.assert(
      fc.property(predictions, (prediction) => {
        const { p50, p90, p99 } = prediction.durationS
        expect([0.5, 0.9, 0.99].map((q) => durationAt(prediction, q))).toStrictEqual([p50, p90, p99])
      }),
    )
  })

  it('never falls with the quantile', () => {
    fc.assert(
      fc.property(predictions, share, share, (prediction, a, b) => {
        const low = durationAt(prediction, Math.min(a, b))
        const high = durationAt(prediction, Math.max(a, b))
        expect(low).toBeLessThanOrEqual(high + 1e-9 * high)
      }),
    )
  })

  it.each([
    [0, 0],
    [0.25, 5],
    [0.7, 30],
    [0.945, 100],
    [0.981, 140],
    [0.999, 150],
    [1, 150],
  ])('at %d lies on the line between its neighbours: %d', (q, expected) => {
    const prediction = {
      basis: { kind: 'none' },
      durationS: { p50: 10, p90: 50, p99: 150 },
      memoryMiB: { p50: 1, p90: 1, p99: 1 },
    } as const
    expect(durationAt(prediction, q)).toBeCloseTo(expected, 9)
  })
})
