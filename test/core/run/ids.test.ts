import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instanceId, parseRunId, slotKey, taskOf } from '#core/run/ids.ts'

describe('ids', () => {
  it.each(['run_00000001', 'run_01ab2cd3ef', `run_${'z'.repeat(40)}`])('%s is the id of a run', (text) => {
    expect(parseRunId(text)).toBe(text)
  })

  it.each([
    '',
    'run_',
    'run_1234567',
    `run_${'z'.repeat(41)}`,
    'run_0000000A',
    'task_00000001',
    'run_../../x',
    'run_00000001\n',
  ])('%j is not', (text) => {
    expect(parseRunId(text)).toBeUndefined()
  })

  it('of instances carry the index', () => {
    expect(instanceId('clean', 3)).toBe('clean[3]')
    expect(instanceId('clean')).toBe('clean')
  })

  it('of instances lead back to the task', () => {
    const task = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/)
    fc.assert(
      fc.property(task, fc.option(fc.nat(), { nil: undefined }), (id, index) => {
        expect(taskOf(instanceId(id, index))).toBe(id)
      }),
    )
  })

  it('of slots name instance, attempt and clone', () => {
    expect(slotKey({ task: 'clean[3]', attempt: 1, clone: 0 })).toBe('clean[3]/1/0')
  })
})
