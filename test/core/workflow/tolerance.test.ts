import fc from 'fast-check'
import { expect, it } from 'vitest'
import { tolerated } from '#core/workflow/tolerance.ts'
import type { Tolerance } from '#core/workflow/workflow.ts'

it.each<[Tolerance, number, number]>([
  [{ kind: 'count', count: 0 }, 10, 0],
  [{ kind: 'count', count: 3 }, 10, 3],
  [{ kind: 'count', count: 3 }, 2, 2],
  [{ kind: 'share', percent: 10 }, 10, 1],
  [{ kind: 'share', percent: 10 }, 9, 0],
  [{ kind: 'share', percent: 29 }, 100, 29],
  [{ kind: 'share', percent: 50 }, 3, 1],
  [{ kind: 'share', percent: 100 }, 7, 7],
  [{ kind: 'share', percent: 100 }, 0, 0],
])('%j of %d instances are %d', (tolerance, instances, expected) => {
  expect(tolerated(tolerance, instances)).toBe(expected)
})

it('a share is the greatest number of instances that is not more', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(10_000), (percent, instances) => {
      const failed = tolerated({ kind: 'share', percent }, instances)
      expect(failed * 100).toBeLessThanOrEqual(percent * instances)
      expect((failed + 1) * 100).toBeGreaterThan(percent * instances)
    }),
  )
})
