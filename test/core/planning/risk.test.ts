import { describe, expect, it } from 'vitest'
import type { Cause } from '#core/failure/cause.ts'
import { riskOf } from '#core/planning/risk.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import { aSample } from '../prediction/a-sample.ts'

/** So many clones of each kind; claimed ones took these seconds. */
function history(claimed: readonly number[], failed = 0, lost = 0): readonly Sample[] {
  return [
    ...claimed.map((runningS) => aSample({ runningS })),
    ...Array.from({ length: failed }, () => aSample({ outcome: 'failed', cause: 'user-error', runningS: null })),
    ...Array.from({ length: lost }, () => aSample({ outcome: 'lost', runningS: 500 })),
  ]
}
const steady = (count: number) => Array.from({ length: count }, () => 10)

describe('the risk of a task', () => {
  it.each([
    ['no history', history([]), undefined],
    ['two clones that failed: too few to say', history([], 2), undefined],
    ['three clones that failed', history([], 3), '3 of its last 3 clones failed (3 user-error)'],
    ['a tenth that failed', history(steady(9), 1), '1 of its last 10 clones failed (1 user-error)'],
    ['less than a tenth', history(steady(10), 1), undefined],
    ['clones alike', history(steady(20)), undefined],
    ['clones that take no time', history([0, 0, 0]), undefined],
    ['a p99 of twice the median', history([10, 10, 20 / 0.98 - 10 * (0.02 / 0.98)]), undefined],
    ['a straggler', history([10, 10, 40]), 'its slowest clones take 39 s, and half of them up to 10 s'],
    ['two clones and others that were told to end', history([10, 40], 0, 9), undefined],
    [
      'one failure of three, and many told to end',
      history(steady(2), 1, 20),
      '1 of its last 3 clones failed (1 user-error)',
    ],
    ['clones that were told to end, slow or not', history(steady(5), 0, 9), undefined],
  ])('with %s: %s', (_, samples, risk) => {
    const prediction = predict(samples, {}, { vcpus: 1, memoryMiB: 64, gpus: 0 })
    expect(riskOf(samples, prediction)).toBe(risk)
  })

  const failing = (cause: Cause, runningS: number | null = null) => aSample({ outcome: 'failed', cause, runningS })

  it.each([
    [
      'reclaims, by what they threw away',
      [failing('reclaimed', 40), ...history(steady(6))],
      '1 of its last 7 clones failed (1 reclaimed), and 40 s of 100 s of its work went with lost hosts',
    ],
    [
      'few reclaims that cost much',
      [failing('host-lost', 90), ...history(steady(20))],
      '90 s of 290 s of its work went with lost hosts',
    ],
    ['few reclaims that cost little', [failing('reclaimed', 1), ...history(steady(20))], undefined],
    [
      'failures of several causes, most first',
      [failing('unknown'), failing('reclaimed'), failing('unknown'), ...history(steady(2))],
      '3 of its last 5 clones failed (2 unknown, 1 reclaimed)',
    ],
    [
      'what a second clone would share',
      [failing('out-of-memory'), failing('bad-input'), ...history(steady(2))],
      undefined,
    ],
  ] as const)('weighs %s', (_, samples, risk) => {
    expect(riskOf(samples, predict(samples, {}, { vcpus: 1, memoryMiB: 64, gpus: 0 }))).toBe(risk)
  })

  it('is not read from the spread that an estimate is given', () => {
    const samples = history([10, 10], 0, 5).map((sample) => ({ ...sample, runningS: null }))
    const prediction = predict(samples, { durationS: 10 }, { vcpus: 1, memoryMiB: 64, gpus: 0 })
    expect(prediction.durationS.p99 / prediction.durationS.p50).toBeGreaterThan(2)
    expect(riskOf([...samples, aSample({ runningS: null })], prediction)).toBeUndefined()
  })
})
