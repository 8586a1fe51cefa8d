import { describe, expect, it } from 'vitest'
import { timeLimit } from '#core/planning/time-limit.ts'
import { predict } from '#core/prediction/predict.ts'
import { aSample } from '../prediction/a-sample.ts'

const lasting = (durationS: number) => predict([], { durationS }, { vcpus: 1, memoryMiB: 64, gpus: 0 })
const stopped = (timeoutS: number) => aSample({ outcome: 'failed', cause: 'timed-out', timeoutS })

describe('the limit of a clone', () => {
  it.each([
    ['is what was asked for', 30, null, [], 30],
    ['is what was asked for, with a budget', 30, 1, [], 30],
    ['is what was asked for, though it was too short', 30, 1, [stopped(30)], 30],
    ['is none without a budget', undefined, null, [stopped(30)], null],
    ['is twice the p99 with one', undefined, 1, [], 500],
    ['is twice what was too short', undefined, 1, [stopped(500)], 1000],
    [
      'is twice the p99 after one that had none',
      undefined,
      1,
      [aSample({ outcome: 'failed', cause: 'timed-out' })],
      500,
    ],
    ['is twice the p99 once a clone was in time', undefined, 1, [aSample(), stopped(500)], 500],
    ['is at most the longest there is', undefined, 1, [stopped(14 * 86_400)], 14 * 86_400],
  ] as const)('%s', (_, asked, budgetUsd, samples, expected) => {
    expect(timeLimit(asked, budgetUsd, lasting(100), samples).timeoutS).toBe(expected)
  })

  it('is at least a minute', () => {
    expect(timeLimit(undefined, 1, lasting(1), []).timeoutS).toBe(60)
  })
})
