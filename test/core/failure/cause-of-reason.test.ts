import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeOfReason } from '#core/failure/cause-of-reason.ts'

describe('the cause that the words of a pool tell', () => {
  it.each([
    ['Host EC2 (instance i-0123456789abcdef0) terminated.', null, 'reclaimed certain'],
    ['Host EC2 (instance i-0123456789abcdef0) terminated', 137, 'reclaimed certain'],
    ['Host EC2 (instance i-0123456789abcdef0) terminated.', 143, 'reclaimed certain'],
    ['Host EC2 (instance i-0123456789abcdef0) terminated.', 0, 'reclaimed certain'],
    ['Host EC2 (instance i-0123456789abcdef0) stopped.', null, 'host-lost likely'],
    ['Your Spot Task was interrupted.', null, 'reclaimed certain'],
    ['engine lost: the program that ran this clone ended before it', null, 'engine-lost certain'],
    ['OutOfMemoryError: Container killed due to memory usage', 137, 'out-of-memory certain'],
    ['CannotPullContainerError: pull access denied', null, 'image certain'],
    ['CannotPullContainerError: manifest for x:1 not found', null, 'image certain'],
    ['Task failed to start: CannotPullContainerError: not found', null, 'image certain'],
    ['CannotPullContainerError: dial tcp: i/o timeout', null, 'start-failed likely'],
    ['CannotPullContainerError: toomanyrequests: You have reached your pull rate limit', null, 'start-failed likely'],
    ['CannotPullContainerError: write /var/lib: no space left on device', null, 'out-of-disk certain'],
    ['CannotCreateContainerError: No space left on device', 1, 'out-of-disk certain'],
    ['CannotStartContainerError: API error (500)', null, 'start-failed certain'],
    ['DockerTimeoutError: Could not transition to started; timed out', null, 'start-failed certain'],
    ['ResourceInitializationError: unable to pull secrets', null, 'start-failed certain'],
    ['Task failed to start', null, 'start-failed certain'],
    ['Job attempt duration exceeded timeout', 137, 'timed-out certain'],
    ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - larger than any pool', null, 'no-capacity certain'],
    ['MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', null, 'no-capacity certain'],
    ['CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', null, 'no-capacity certain'],
    [
      'Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
      null,
      'no-capacity certain',
    ],
    ['Job Queue was deleted', 137, 'host-lost likely'],
    ['Container Overrides length must be at most 8192', null, 'start-failed certain'],
    [
      'Essential container in task exited: OutOfMemoryError: Container killed due to memory usage',
      137,
      'out-of-memory certain',
    ],
    ['Task failed to start: CannotStartContainerError: no such file', null, 'start-failed certain'],
    ['Essential container in task exited', 1, 'user-error possible'],
    ['Essential container in task exited', 137, 'unknown possible'],
    ['Essential container in task exited', 143, 'unknown possible'],
    ['Essential container in task exited', 0, 'unknown possible'],
    ['Essential container in task exited', null, 'unknown possible'],
    ['said "Host EC2 (instance i-0) terminated."', 143, 'unknown possible'],
    ['', 1, 'unknown possible'],
    ['', null, 'unknown possible'],
  ] as const)('%j with exit code %s: %s', (reason, exitCode, expected) => {
    const { cause, confidence } = causeOfReason(reason, exitCode)
    expect(`${cause} ${confidence}`).toBe(expected)
  })

  it('is never a lost host by the exit code alone', () => {
    const words = fc.constantFrom('', 'Essential container in task exited', 'ended')
    fc.assert(
      fc.property(words, fc.option(fc.nat(255)), (reason, exitCode) => {
        expect(['user-error', 'unknown']).toContain(causeOfReason(reason, exitCode).cause)
      }),
    )
  })

  it('is not made up for a megabyte that begins like one', () => {
    expect(causeOfReason(`Host EC3 (instance ${'('.repeat(1_000_000)}`, null).cause).toBe('unknown')
    expect(causeOfReason('CannotPullContainer '.repeat(50_000), null).cause).toBe('image')
  })
})
