import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cusumAlarms } from '../../examples/anomalies/numerics/cusum.mjs'
import { averagePath, isolationScores } from '../../examples/anomalies/numerics/isolation-forest.mjs'
import { seededRandom } from '../../examples/anomalies/numerics/random.mjs'

describe('cusumAlarms', () => {
  const options = { slack: 1, limit: 5 }

  it('sees a lasting shift, up or down, from where it began', () => {
    const calm = Array.from({ length: 10 }, () => 0)
    const shifted = Array.from({ length: 4 }, () => 3)
    expect(cusumAlarms([...calm, ...shifted], options)).toStrictEqual([{ start: 10, end: 12 }])
    expect(cusumAlarms([...calm, ...shifted.map((z) => -z)], options)).toStrictEqual([{ start: 10, end: 12 }])
  })

  it('lets pass what stays within the slack, for however long', () => {
    expect(
      cusumAlarms(
        Array.from({ length: 1000 }, () => 1),
        options,
      ),
    ).toStrictEqual([])
  })
})

describe('seededRandom', () => {
  it('gives the same numbers for a seed, and others for another', () => {
    const draw = (seed: string): number[] => Array.from({ length: 5 }, seededRandom(seed))
    expect(draw('a')).toStrictEqual(draw('a'))
    expect(draw('a')).not.toStrictEqual(draw('b'))
  })

  it('stays in [0, 1), with a mean near one half', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const numbers = Array.from({ length: 2000 }, seededRandom(seed))
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
        expect(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / 2000 - 0.5)).toBeLessThan(0.05)
      }),
      { numRuns: 20 },
    )
  })
})

describe('averagePath', () => {
  it('is 2 H(n - 1) - 2 (n - 1) / n', () => {
    expect(averagePath(1)).toBe(0)
    expect(averagePath(2)).toBe(1)
    expect(averagePath(4)).toBeCloseTo(2 * (1 + 1 / 2 + 1 / 3) - 6 / 4, 12)
  })
})

describe('isolationScores', () => {
  const random = seededRandom('points')
  const cloud = Array.from({ length: 300 }, () => [random(), random()])
  const options = { trees: 50, sampleSize: 128 }

  it('scores the point far from all others highest', () => {
    const scores = isolationScores([...cloud, [9, -9]], { ...options, random: seededRandom('forest') })
    expect(scores.indexOf(Math.max(...scores))).toBe(300)
    expect(scores[300]).toBeGreaterThan(0.7)
  })

  it('depends on the seed only', () => {
    const run = (seed: string): number[] => isolationScores(cloud, { ...options, random: seededRandom(seed) })
    expect(run('x')).toStrictEqual(run('x'))
    expect(run('x')).not.toStrictEqual(run('y'))
  })

  it('gives equal points equal scores', () => {
    const scores = isolationScores(
      Array.from({ length: 20 }, () => [1, 2]),
      { ...options, random },
    )
    expect(new Set(scores).size).toBe(1)
  })
})
