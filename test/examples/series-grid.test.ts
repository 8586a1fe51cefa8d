import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, parseSamples, toGrid } from '../../examples/anomalies/numerics/grid.mjs'

describe('parseSamples', () => {
  it('reads times as UTC', () => {
    const { samples } = parseSamples('timestamp,value\n1970-01-01 00:05:00,1.5\n')
    expect(samples).toStrictEqual([{ timeS: 300, value: 1.5 }])
  })

  it('counts the lines that hold no number', () => {
    const text =
      'timestamp,value\r\n1970-01-01 00:00:00,1\r\nnever,2\r\n1970-01-01 00:05:00,\r\n1970-01-01 00:10:00,x\r\n'
    expect(parseSamples(text)).toStrictEqual({ samples: [{ timeS: 0, value: 1 }], rejected: 3 })
  })
})

describe('toGrid', () => {
  it('interpolates a gap and says where it was', () => {
    const samples = [
      { timeS: 0, value: 10 },
      { timeS: 300, value: 20 },
      { timeS: 1200, value: 50 },
    ]
    expect(toGrid(samples, 300)).toStrictEqual({
      startS: 0,
      values: [10, 20, 30, 40, 50],
      filled: [[2, 2]],
      duplicates: 0,
      moved: 0,
    })
  })

  it('averages samples of one slot, and moves those beside the grid to the nearest', () => {
    const samples = [
      { timeS: 600, value: 3 },
      { timeS: 0, value: 1 },
      { timeS: 240, value: 4 },
      { timeS: 310, value: 6 },
    ]
    expect(toGrid(samples, 300)).toStrictEqual({ startS: 0, values: [1, 5, 3], filled: [], duplicates: 1, moved: 2 })
  })

  it('fills the whole span, keeps what was measured, and stays within it', () => {
    const slots = fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(slots, (chosen) => {
        const samples = chosen.map((slot) => ({ timeS: slot * 300, value: slot * slot }))
        const { startS, values, filled } = toGrid(samples, 300)
        const first = Math.min(...chosen)
        const last = Math.max(...chosen)
        expect(startS).toBe(first * 300)
        expect(values).toHaveLength(last - first + 1)
        expect(chosen.map((slot) => values[slot - first])).toStrictEqual(chosen.map((slot) => slot * slot))
        expect(filled.reduce((sum, [, count]) => sum + count, 0)).toBe(values.length - chosen.length)
        expect(values.every((value) => value >= first * first && value <= last * last)).toBe(true)
      }),
    )
  })
})

describe('clip', () => {
  it('limits values and counts those outside', () => {
    expect(clip([-1, 0, 50, 101], { min: 0, max: 100 })).toStrictEqual({ values: [0, 0, 50, 100], changed: 2 })
    expect(clip([-1, 7], {})).toStrictEqual({ values: [-1, 7], changed: 0 })
  })
})
