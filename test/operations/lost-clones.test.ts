import { describe, expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { rig, taskIn } from '../builders/rig.ts'
import { leaves } from './drawn.ts'
import { userError } from './story.ts'

const once = dag('A', { A: { idempotent: false, outputs: leaves('out') } })

/** Ends of a job that say nothing of how far its command got: exit code and words of the pool. */
const ends = [
  [0, 'Essential container in task exited'],
  [1, 'Essential container in task exited'],
  [137, 'Essential container in task exited'],
  [null, 'Essential container in task exited'],
  [137, 'OutOfMemoryError: Container killed due to memory usage'],
  [143, 'Host EC2 (instance i-1) terminated.'],
  [137, 'Host EC2 (instance i-1) terminated.'],
  [null, 'Host EC2 (instance i-1) terminated.'],
  [null, 'Host EC2 (instance i-1) is gone'],
  [null, 'job lost: its pool does not know it'],
  [null, 'engine lost: it ended before the job did'],
  [null, 'Task failed to start'],
  [143, 'Job attempt duration exceeded timeout'],
] as const

describe('a task that is not idempotent, whose job ends without a report', () => {
  test.each(ends)('is in doubt when it had its lease (exit code %s, %s)', async (exitCode, silent) => {
    const engine = rig(() => ({ takesS: 3, silent, ...(exitCode === null ? {} : { exitCode }) }))
    const run = await engine.submit(once)
    await engine.settle(run)

    const document = await engine.document(run)
    expect(document.state).toBe('running')
    expect(taskIn(document, 'A')).toMatchObject({ waitingFor: 'person', attempts: [{ state: 'in-doubt' }] })
    expect(engine.started).toStrictEqual(['A/1/0'])
  })

  test.each(ends)('is started again when it had none (exit code %s, %s)', async (exitCode, reason) => {
    const engine = rig(() => ({ takesS: 3, outputs: { out: 1 } }), {
      unleased: (slot) => (slot === 'A/1/0' ? { exitCode, reason } : undefined),
    })

    const document = await engine.run(once)

    expect(document.state).toBe('succeeded')
    expect(taskIn(document, 'A').attempts.map(({ state }) => state)).toStrictEqual(['failed', 'committed'])
    expect(engine.started).toStrictEqual(['A/2/0'])
  })
})

test('a task that is not idempotent and told how it failed is over', async () => {
  const document = await rig(() => ({ takesS: 3, fails: userError() })).run(once)

  expect(document.state).toBe('failed')
  expect(taskIn(document, 'A').attempts).toMatchObject([
    { state: 'failed', reason: 'user-error: it had started and is not idempotent: never run again' },
  ])
})

test('what ended before its lease is not blamed on the command: it spends none of the retries', async () => {
  const engine = rig(() => ({ takesS: 3, outputs: { out: 1 } }), {
    unleased: (slot) => (slot === 'A/1/0' ? { exitCode: 1, reason: 'Essential container in task exited' } : undefined),
  })

  const document = await engine.run(dag('A', { A: { retry: { limit: 0, backoffS: 1 }, outputs: leaves('out') } }))

  expect(taskIn(document, 'A').attempts).toMatchObject([
    {
      cause: 'start-failed',
      remedy: 'elsewhere',
      evidence: expect.stringMatching(
        /^its job ended before it had a lease: Essential container in task exited; .*ENTRYPOINT/,
      ),
    },
    { state: 'committed' },
  ])
})
