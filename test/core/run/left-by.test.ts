import { describe, expect, it } from 'vitest'
import { leftBy } from '#core/run/left-by.ts'
import type { SkippedFor, TaskEvent, TaskRecord, TaskState } from '#core/run/task.ts'
import { rowAfter, taskEvents } from './sample-events.ts'

const { ready, expanded, reused, skipped, started, attemptFailed, committed, failed, cancelled } = taskEvents
const whole = { id: 'clean', index: null, key: null }
const result = { failure: false, nothing: false }
const nothing = { failure: false, nothing: true }
const failure = { failure: true, nothing: false }

/** What is left after these events; and when failures of the task are allowed. */
function left(...events: readonly TaskEvent[]) {
  const row = rowAfter('task', ...events) as TaskRecord
  return [leftBy(row, { allowFailure: false }), leftBy(row, { allowFailure: true })]
}

describe('a task leaves', () => {
  it('a result when it is committed, now or in the run before', () => {
    expect(left(ready, started, committed)).toStrictEqual([result, result])
    expect(left(reused)).toStrictEqual([result, result])
  })

  it.each([
    ['failed', [{ ...ready, ...whole }, started, attemptFailed, failed]],
    ['was cancelled', [{ ...ready, ...whole }, cancelled]],
    ['failed as a list', [expanded, failed]],
  ])('a failure when it %s, and nothing when that is allowed', (_, events) => {
    expect(left(...events)).toStrictEqual([failure, nothing])
  })

  it('a failure for an instance that failed, whatever its task allows: there it is counted', () => {
    expect(left(ready, started, attemptFailed, failed)).toStrictEqual([failure, failure])
    expect(left(ready, cancelled)).toStrictEqual([failure, failure])
  })

  it.each<readonly [SkippedFor, typeof result]>([
    ['nothing', nothing],
    ['failure', failure],
    ['stop', failure],
  ])('what it was skipped for: %s', (why, expected) => {
    expect(left({ ...skipped, for: why })).toStrictEqual([expected, expected])
  })

  it('nothing yet while it has not ended', () => {
    const row = rowAfter('task', ready) as TaskRecord
    for (const state of ['pending', 'ready', 'running'] as const)
      expect(leftBy({ ...row, state }, { allowFailure: true })).toBeUndefined()
  })

  it('no guess in a state that this version does not know', () => {
    const row = { ...(rowAfter('task', ready) as TaskRecord), state: 'paused' as TaskState }
    expect(() => leftBy(row, { allowFailure: false })).toThrow('unexpected value: "paused"')
  })
})
