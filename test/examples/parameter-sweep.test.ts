import { describe, expect, it } from 'vitest'
import { errorMap } from '../../examples/sweep/error-map.mjs'
import { backtest } from '../../examples/sweep/numerics/backtest.mjs'
import { holtWinters } from '../../examples/sweep/numerics/holt-winters.mjs'
import { hourlyMeans } from '../../examples/sweep/numerics/hourly.mjs'
import { seasonalNaive } from '../../examples/sweep/numerics/seasonal-naive.mjs'

describe('hourlyMeans', () => {
  it('averages each full hour, drops the cut ends, and carries a missing hour on', () => {
    const csv = [
      'timestamp,value',
      '2014-04-10 00:59:00,9',
      '2014-04-10 01:00:00,1',
      '2014-04-10 01:30:00,4',
      '2014-04-10 03:10:00,8',
      '2014-04-10 04:00:00,9',
      '',
    ].join('\n')
    expect(hourlyMeans(csv)).toStrictEqual([2.5, 2.5, 8])
  })
})

describe('holtWinters', () => {
  it('repeats a series that is its own season, whatever the rates', () => {
    const past = [5, 1, 3, 5, 1, 3, 5, 1]
    for (const rate of [0, 0.3, 1]) {
      expect(holtWinters(past, 4, { alpha: rate, gamma: rate, period: 3 })).toStrictEqual([3, 5, 1, 3])
    }
  })

  it('follows its two update formulas', () => {
    // Starts at level 2 with season [-1, 1]; then 4 arrives at slot 0:
    // level = 2 + 0.5 * (4 - -1 - 2) = 3.5, season[0] = -1 + 0.2 * (4 - 3.5 - -1) = -0.7
    const [first, second] = holtWinters([1, 3, 4], 2, { alpha: 0.5, gamma: 0.2, period: 2 })
    expect(first).toBeCloseTo(3.5 + 1, 12)
    expect(second).toBeCloseTo(3.5 - 0.7, 12)
  })
})

describe('seasonalNaive', () => {
  it('repeats the last period', () => {
    expect(seasonalNaive([9, 9, 1, 2, 3], 5, 3)).toStrictEqual([1, 2, 3, 1, 2])
  })
})

describe('backtest', () => {
  it('averages the absolute errors over all origins and steps', () => {
    const lastValue = (past: readonly number[], ahead: number): number[] =>
      Array.from({ length: ahead }, () => past.at(-1) ?? 0)
    // From 3: |3-5| + |3-4| ; from 4: |4-8| + |4-6|. The origin at 6 has too little after it.
    const series = [1, 3, 5, 4, 8, 6]
    expect(backtest(series, lastValue, { horizon: 2, firstOrigin: 2, every: 2 })).toBe((2 + 1 + 4 + 2) / 4)
  })

  it('never shows the future to the forecaster', () => {
    const seen: number[] = []
    const forecast = (past: readonly number[], ahead: number): number[] => {
      seen.push(past.length)
      return Array.from({ length: ahead }, () => 0)
    }
    backtest([1, 2, 3, 4, 5, 6], forecast, { horizon: 2, firstOrigin: 1, every: 1 })
    expect(seen).toStrictEqual([1, 2, 3, 4])
  })
})

describe('errorMap', () => {
  it('frames the best setting, and says it in words', () => {
    const fits = [
      { alpha: 0.1, gamma: 0.5, error: 4, relative: 1.1 },
      { alpha: 0.2, gamma: 0.5, error: 2, relative: 0.5 },
    ]
    const svg = errorMap(fits, fits[1]!)
    expect(svg.match(/class="best"/g)).toHaveLength(1)
    expect(svg).toContain(
      '<desc id="desc">Least at alpha 0.2, gamma 0.5: 2.00 requests, 50 % of repeating the last day</desc>',
    )
  })
})
