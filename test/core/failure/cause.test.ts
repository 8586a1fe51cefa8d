import { describe, expect, it } from 'vitest'
import { causes, isPlatformCause } from '#core/failure/cause.ts'

describe('causes', () => {
  it('are a closed list', () => {
    expect(causes).toStrictEqual([
      'reclaimed',
      'host-lost',
      'engine-lost',
      'out-of-memory',
      'out-of-disk',
      'timed-out',
      'start-failed',
      'image',
      'no-capacity',
      'bad-input',
      'bad-output',
      'validator-rejected',
      'no-quorum',
      'over-budget',
      'user-error',
      'in-doubt',
      'unknown',
    ])
  })

  it('of the platform are the loss of a host, by reclaim or otherwise, and of the engine', () => {
    expect(causes.filter(isPlatformCause)).toStrictEqual(['reclaimed', 'host-lost', 'engine-lost'])
  })
})
