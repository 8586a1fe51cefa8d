import { describe, expect, it } from 'vitest'
import { describeSeries, levelBefore, noiseScale } from '../../examples/anomalies/numerics/features.mjs'
import { autocorrelation, usualBands } from '../../examples/anomalies/numerics/season.mjs'

const hourS = 3600
const day = 24

/** Two weeks of hours around 10, with a job of 100 at three o'clock that starts an hour late every other day. */
const nightly = (): number[] =>
  Array.from({ length: 14 * day }, (_, hour) => {
    const late = Math.floor(hour / day) % 2
    return hour % day === 3 + late ? 100 : 10 + (hour % 3)
  })

describe('usualBands', () => {
  it('takes a daily event into the band of its hour, early or late', () => {
    const bands = usualBands(nightly(), day, 1)
    expect(bands.map(({ high }) => high === 100)).toStrictEqual(
      Array.from({ length: day }, (_, hour) => hour >= 3 && hour <= 4),
    )
    expect(bands[12]).toStrictEqual({ low: 10, high: 12, scale: 0 })
  })
})

describe('describeSeries', () => {
  const series = { stepS: hourS, logarithmic: false }

  it('finds nothing in a nightly job', () => {
    const { excess } = describeSeries({ ...series, values: nightly() }, { window: 3 })
    expect(Math.max(...excess.map(Math.abs))).toBeLessThan(5)
  })

  it('finds the same load at another hour', () => {
    const values = nightly()
    const odd = 8 * day + 15
    values[odd] = 100
    const { excess } = describeSeries({ ...series, values }, { window: 3 })
    expect(excess.flatMap((z, index) => (z >= 5 ? [index] : []))).toStrictEqual([odd])
  })

  it('gives the band in the units of the series, also on a logarithmic scale', () => {
    const values = Array.from({ length: 3 * day }, (_, hour) => 1000 + (hour % 2))
    const { low, high } = describeSeries({ ...series, values, logarithmic: true }, { window: 3 })
    expect(Math.min(...low)).toBeGreaterThan(998)
    expect(Math.max(...high)).toBeLessThan(1003)
  })
})

describe('levelBefore', () => {
  it('is the median of the samples before, and of the first day during it', () => {
    expect(levelBefore([1, 2, 9, 9, 9, 0], 3)).toStrictEqual([2, 2, 2, 2, 9, 9])
  })
})

describe('noiseScale', () => {
  it('is never zero', () => {
    expect(noiseScale([4, 4, 4])).toBeGreaterThan(0)
  })

  it('counts the spread where most samples stand still', () => {
    const values = Array.from({ length: 100 }, (_, index) => (index % 10 === 0 ? 329 : 0))
    expect(noiseScale(values)).toBeCloseTo(100, 6)
  })
})

describe('autocorrelation', () => {
  it('is near one at the period, minus one at half of it, and zero for a constant', () => {
    const wave = Array.from({ length: 400 }, (_, index) => (index % 8 < 4 ? 1 : -1))
    expect(autocorrelation(wave, 8)).toBeCloseTo(0.98, 6)
    expect(autocorrelation(wave, 4)).toBeCloseTo(-0.99, 6)
    expect(autocorrelation([3, 3, 3], 1)).toBe(0)
  })
})
