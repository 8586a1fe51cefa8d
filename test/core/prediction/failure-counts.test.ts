import { describe, expect, it } from 'vitest'
import { failureCounts, failureWords } from '#core/prediction/failure-counts.ts'
import { aSample } from './a-sample.ts'

const samples = [
  aSample(),
  aSample({ outcome: 'failed', cause: 'user-error', remedy: 'again' }),
  aSample({ outcome: 'failed', cause: 'reclaimed', remedy: 'elsewhere' }),
  aSample({ outcome: 'lost' }),
  aSample({ outcome: 'failed', cause: 'reclaimed', remedy: 'on-demand' }),
  aSample({ outcome: 'failed', cause: 'reclaimed', remedy: 'elsewhere' }),
  aSample({ outcome: 'failed', cause: 'reclaimed', remedy: null }),
]

describe('failures in history', () => {
  it('are counted by cause and remedy, most first, then by name', () => {
    expect(failureCounts(samples)).toStrictEqual([
      { cause: 'reclaimed', remedy: 'elsewhere', clones: 2 },
      { cause: 'reclaimed', remedy: null, clones: 1 },
      { cause: 'reclaimed', remedy: 'on-demand', clones: 1 },
      { cause: 'user-error', remedy: 'again', clones: 1 },
    ])
    expect(failureCounts(samples.toReversed())).toStrictEqual(failureCounts(samples))
    expect(failureCounts([aSample()])).toStrictEqual([])
  })

  it('are told in words', () => {
    expect(failureWords(samples)).toBe(
      '5 of its last 6 clones failed: 2 reclaimed (then elsewhere), 1 reclaimed, 1 reclaimed (then on-demand), 1 user-error (then again)',
    )
    expect(failureWords([aSample()])).toBeNull()
  })
})
