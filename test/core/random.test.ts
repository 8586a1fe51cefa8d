import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponential, lognormal, type Random, seededRandom } from '#core/random.ts'

const draw = (count: number, one: () => number) => Array.from({ length: count }, one)
const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(q * values.length)] ?? Number.NaN
const fixed = (...values: readonly number[]): Random => {
  let index = 0
  return { next: () => values[index++ % values.length] ?? 0 }
}

describe('a seeded stream', () => {
  it('is wholly given by its seed', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const [a, b] = [seededRandom(seed), seededRandom(seed)]
        expect(draw(20, () => a.next())).toStrictEqual(draw(20, () => b.next()))
      }),
    )
  })

  it('stays in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const random = seededRandom(seed)
        for (const value of draw(50, () => random.next())) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThan(1)
        }
      }),
    )
  })

  it('is even: a chi-square test over 64 bins of 64,000 numbers', () => {
    const random = seededRandom('7')
    const bins = new Array<number>(64).fill(0)
    for (const value of draw(64_000, () => random.next())) bins[Math.floor(value * 64)]!++
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    // The 0.999 quantile with 63 degrees of freedom.
    expect(chiSquare).toBeLessThan(103.4)
  })

  it('is even across seeds that differ little', () => {
    const firsts = draw(10_000, () => 0).map((_, index) => seededRandom(`7/warm-cpu-spot/clean[${index}]/1/0`).next())
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length
    // Four standard errors of a uniform mean.
    expect(Math.abs(mean - 0.5)).toBeLessThan((4 * Math.sqrt(1 / 12)) / 100)
    expect(new Set(firsts).size).toBe(firsts.length)
  })
})

describe('distributions', () => {
  it('draws exponential times with their mean, none below 0', () => {
    const random = seededRandom('exponential')
    const values = draw(20_000, () => exponential(random, 600))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(values.reduce((sum, value) => sum + value, 0) / values.length / 600).toBeCloseTo(1, 1)
    expect(quantile(values, 0.5) / (600 * Math.LN2)).toBeCloseTo(1, 1)
  })

  it('draws lognormal values with their two quantiles', () => {
    const random = seededRandom('lognormal')
    const values = draw(20_000, () => lognormal(random, 2, 5))
    expect(quantile(values, 0.5) / 2).toBeCloseTo(1, 1)
    expect(quantile(values, 0.9) / 5).toBeCloseTo(1, 1)
  })

  it('draws the one value that equal quantiles leave', () => {
    expect(lognormal(fixed(0.3, 0.8), 2, 2)).toBe(2)
    expect(lognormal(fixed(0.3, 0.8), 0, 5)).toBe(0)
  })

  it('is finite at the ends of the stream', () => {
    for (const random of [fixed(0), fixed(1 - 2 ** -32)]) {
      expect(exponential(random, 1)).toBeLessThan(25)
      expect(lognormal(random, 1, 2)).toBeGreaterThan(0)
      expect(lognormal(random, 1, 2)).toBeLessThan(100)
    }
  })
})
