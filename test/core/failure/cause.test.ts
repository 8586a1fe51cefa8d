import { describe, expect, it } from 'vitest'
import { causeOfReason } from '#core/failure/cause-of-reason.ts'
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
      'user-error',
      'in-doubt',
      'unknown',
    ])
  })

  it('of the platform are the loss of a host, by reclaim or otherwise, and of the engine', () => {
    expect(causes.filter(isPlatformCause)).toStrictEqual(['reclaimed', 'host-lost', 'engine-lost'])
  })
})

describe('the cause that the words of a pool tell', () => {
  it.each([
    ['Host EC2 (instance i-0123456789abcdef0) terminated.', 'reclaimed'],
    ['Host EC2 (instance i-0123456789abcdef0) terminated', 'reclaimed'],
    ['Your Spot Task was interrupted.', 'reclaimed'],
    ['engine lost: the program that ran this clone ended before it', 'engine-lost'],
    ['OutOfMemoryError: Container killed due to memory usage', 'out-of-memory'],
    ['CannotPullContainerError: pull access denied', 'image'],
    ['Task failed to start: CannotPullContainerError: not found', 'image'],
    ['Task failed to start', 'start-failed'],
    ['Job attempt duration exceeded timeout', 'timed-out'],
    ['Essential container in task exited', 'unknown'],
    ['said "Host EC2 (instance i-0) terminated."', 'unknown'],
    ['', 'unknown'],
  ])('%j: %s', (reason, cause) => {
    expect(causeOfReason(reason)).toBe(cause)
  })

  it('is not made up for a megabyte that begins like one', () => {
    expect(causeOfReason(`Host EC2 (instance ${'('.repeat(1_000_000)}`)).toBe('unknown')
  })
})
