import { expect, it } from 'vitest'
import { ShareUsage } from '#local/batch/queue/share-usage.ts'

it('what a share uses counts in full, what it has used less and less', () => {
  const usage = new ShareUsage()
  const policy = { shareDecaySeconds: 1000 }
  const at = (seconds: number) => usage.weighted('a', policy, seconds * 1000)
  usage.start('a', 4)
  expect(at(0)).toBe(4)
  usage.end('a', 4, 500, policy, 500_000)
  // Half of the time of decay with 4 vCPUs.
  expect(at(500)).toBeCloseTo(2)
  expect(at(1500)).toBeCloseTo(2 / Math.E)
  usage.start('a', 1)
  usage.end('a', 1, 1000, policy, 1_500_000)
  expect(at(1500)).toBeCloseTo(2 / Math.E + 1)
  expect(usage.weighted('b', policy, 0)).toBe(0)
})

it('a decay of 0 means ten minutes', () => {
  const usage = new ShareUsage()
  usage.start('a', 1)
  usage.end('a', 1, 600, { shareDecaySeconds: 0 }, 0)
  expect(usage.weighted('a', {}, 600_000)).toBeCloseTo(1 / Math.E)
})
