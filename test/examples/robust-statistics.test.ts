import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  median,
  quantile,
  robustScale,
  rollingMedian,
  rollingRange,
  rollingScale,
} from '../../examples/anomalies/numerics/robust.mjs'

const naiveMedian = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

const series = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 })
const reach = fc.record({ before: fc.nat({ max: 9 }), after: fc.nat({ max: 9 }) })
const neighbours = (values: readonly number[], index: number, { before, after }: { before: number; after: number }) =>
  values.slice(Math.max(0, index - before), index + after + 1)

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('agrees with sorting', () => {
    fc.assert(
      fc.property(series, (values) => {
        expect(median(values)).toBe(naiveMedian(values))
      }),
    )
  })
})

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
    expect(quantile([10, 20], 0.95)).toBe(19.5)
    expect(quantile([7], 0.3)).toBe(7)
  })
})

describe('robustScale', () => {
  it('is 1.4826 times the median distance from the median', () => {
    // Distances from the median 3 are 2, 1, 0, 1, 97: their median is 1, whatever the outlier.
    expect(robustScale([1, 2, 3, 4, 100])).toBe(1.4826)
  })

  it('is zero for a constant', () => {
    expect(robustScale([5, 5, 5, 5])).toBe(0)
  })
})

describe('rolling statistics', () => {
  it('give at each sample what the plain ones give for its neighbours', () => {
    fc.assert(
      fc.property(series, reach, (values, window) => {
        const range = rollingRange(values, window)
        const cuts = values.map((_, index) => neighbours(values, index, window))
        expect(rollingMedian(values, window)).toStrictEqual(cuts.map(naiveMedian))
        expect(rollingScale(values, window)).toStrictEqual(cuts.map(robustScale))
        expect(range.least).toStrictEqual(cuts.map((cut) => Math.min(...cut)))
        expect(range.greatest).toStrictEqual(cuts.map((cut) => Math.max(...cut)))
      }),
    )
  })
})
