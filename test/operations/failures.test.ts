import { describe, expect, test } from 'vitest'
import { retry } from '#operations/retry.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, statesOf, taskIn } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'
import { secondsOf, userError } from './story.ts'

test('a task that fails skips what follows it, and nothing else', async () => {
  //  A ─▶ B ✗ ─▶ C ─▶ D
  //  └──▶ E ──▶ F        D needs E too
  const engine = rig(({ task: id }) => ({ takesS: 5, ...(id === 'B' ? { fails: userError('boom') } : {}) }))

  const run = await engine.run(dag('A -> B -> C -> D, A -> E -> F, E -> D'))

  expect(run).toMatchObject({
    state: 'failed',
    error: 'B: user-error: boom',
    counts: { committed: 3, failed: 1, skipped: 2 },
  })
  expect(statesOf(run)).toStrictEqual({
    A: 'committed',
    B: 'failed',
    C: 'skipped',
    D: 'skipped',
    E: 'committed',
    F: 'committed',
  })
  expect([taskIn(run, 'C').error, taskIn(run, 'D').error]).toStrictEqual(['B left no result', 'C left no result'])
  expect(engine.started).not.toContain('C/1/0')
})

test('a run that failed names three of the tasks that failed by themselves', async () => {
  const workflow = workflowOf([task('A', { forEach: over({ n: numbers(5) }) })])

  const run = await rig(({ task: id }) => ({ takesS: 1, fails: userError(id) })).run(workflow)

  expect(run.error).toBe('A[0]: user-error: A[0]\nA[1]: user-error: A[1]\nA[2]: user-error: A[2]')
})

describe('retries', () => {
  const flaky = (limit: number) => dag('A -> B', { A: { retry: { limit, backoffS: 5 } } })

  test('come after a backoff that doubles, until one succeeds', async () => {
    const engine = rig(({ task: id, attempt }) => ({
      takesS: 1,
      ...(id === 'A' && attempt < 4 ? { fails: userError() } : {}),
    }))
    const run = await engine.submit(flaky(3))

    const document = await engine.finish(run, flaky(3))

    expect(document.state).toBe('succeeded')
    expect(secondsOf(await engine.log(run), 'slot.leased')).toStrictEqual({
      'A/1/0': 0,
      'A/2/0': 6,
      'A/3/0': 17,
      'A/4/0': 38,
      'B/1/0': 39,
    })
    expect(taskIn(document, 'A').attempts.map(({ state, cause, reason }) => [state, cause, reason])).toStrictEqual([
      ['failed', 'user-error', 'user-error: again, after 5 s (retry 1 of 3)'],
      ['failed', 'user-error', 'user-error: again, after 10 s (retry 2 of 3)'],
      ['failed', 'user-error', 'user-error: again, after 20 s (retry 3 of 3)'],
      ['committed', null, null],
    ])
  })

  test('wait for their backoff, and say so', async () => {
    const engine = rig(() => ({ takesS: 1, fails: userError() }))
    const run = await engine.submit(flaky(1))
    await engine.clock.advance(3_000)

    const document = await engine.document(run)
    expect(taskIn(document, 'A')).toMatchObject({ state: 'running', waitingFor: 'backoff' })
    expect(taskIn(document, 'B')).toMatchObject({ state: 'pending', waitingFor: 'predecessors' })

    await engine.finish(run, flaky(1))
  })

  test('that are spent fail the task, with the last words of its last clone', async () => {
    const engine = rig(({ attempt }) => ({ takesS: 1, fails: userError(`try ${attempt}`) }))

    const run = await engine.run(flaky(2))

    expect(taskIn(run, 'A')).toMatchObject({ state: 'failed', error: 'user-error: try 3' })
    expect(taskIn(run, 'A').attempts.map(({ reason }) => reason)).toStrictEqual([
      'user-error: again, after 5 s (retry 1 of 2)',
      'user-error: again, after 10 s (retry 2 of 2)',
      'user-error: all 2 retries are spent',
    ])
  })

  test('are not made of what would end the same again', async () => {
    const fails = {
      cause: 'bad-input',
      confidence: 'certain',
      exitCode: null,
      signal: null,
      evidence: 'rules: not there',
    } as const

    const run = await rig(() => ({ takesS: 1, fails })).run(flaky(3))

    expect(taskIn(run, 'A').attempts).toMatchObject([
      { remedy: 'give-up', reason: 'bad-input: another try would end the same' },
    ])
  })
})

describe('a reclaimed clone', () => {
  const spot = (id: string) =>
    emulatedPool(id, {
      ...roomy,
      purchase: 'spot',
      price: { usdPerVcpuHour: 0.001, usdPerGiBHour: 0, usdPerGpuHour: 0 },
      reclaim: { kind: 'nth', nth: 1, afterS: 4 },
    })
  const steady = emulatedPool('steady', roomy)

  test('is run again elsewhere, at once, and spends no retry', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools: [spot('spot'), steady] })

    const run = await engine.run(dag('A'))

    expect(run).toMatchObject({ state: 'succeeded', makespanS: 14 })
    expect(taskIn(run, 'A').attempts).toMatchObject([
      {
        state: 'failed',
        cause: 'reclaimed',
        remedy: 'elsewhere',
        reason: expect.stringContaining('same size'),
        slots: [
          {
            pool: 'spot',
            state: 'failed',
            cause: 'reclaimed',
            evidence: expect.stringMatching(/^Host EC2 .* terminated/),
          },
        ],
      },
      { state: 'committed', slots: [{ pool: 'steady', state: 'won' }] },
    ])
    // 4 s of spot brought nothing.
    expect(run.wastedCostUsd).toBeCloseTo((4 / 3600) * 0.001, 12)
    expect(run.costUsd).toBeCloseTo((4 / 3600) * 0.001 + (10 / 3600) * 0.036, 12)
  })

  test('goes to on-demand capacity after two reclaims', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools: [spot('spot-a'), spot('spot-b'), spot('spot-c'), steady] })

    const run = await engine.run(dag('A'))

    expect(taskIn(run, 'A').attempts.map(({ slots }) => slots[0]?.pool)).toStrictEqual(['spot-a', 'spot-b', 'steady'])
    expect(taskIn(run, 'A').attempts[1]?.remedy).toMatch(/on-demand/)
  })

  test('goes on when hosts come back, where only spot was asked for', async () => {
    //  hosts   1 · · 1 …        each 60 s; the one task takes 70 s and asks for spot
    const pool = emulatedPool('spot', {
      ...roomy,
      purchase: 'spot',
      reclaim: { kind: 'trace', trace: { available: [1, 0, 0, 1, 1], tickMs: 60_000 } },
    })
    const engine = rig(() => ({ takesS: 70 }), { pools: [pool, steady] })

    const run = await engine.run(workflowOf([task('A', { pool: { purchase: 'spot' } })]))

    expect(run).toMatchObject({ state: 'succeeded', makespanS: 180 + 70 })
    expect(taskIn(run, 'A').attempts.map(({ cause }) => cause)).toStrictEqual(['reclaimed', null])
  })

  test('ten times in a row is given up', async () => {
    const trace = { available: [1, 0] as const, tickMs: 60_000 }
    const pool = emulatedPool('spot', { ...roomy, purchase: 'spot', reclaim: { kind: 'trace', trace } })
    const engine = rig(() => ({ takesS: 70 }), { pools: [pool] })

    const run = await engine.run(workflowOf([task('A')]))

    expect(run).toMatchObject({ state: 'failed', error: expect.stringMatching(/^A: reclaimed: Host EC2/) })
    expect(taskIn(run, 'A').attempts).toHaveLength(11)
    expect(taskIn(run, 'A').attempts.at(-1)).toMatchObject({
      remedy: 'give-up',
      reason: 'reclaimed: given up after 10 further tries for reclaimed or host-lost',
    })
  })

  test('is in doubt when its task is not idempotent, and runs again only when a person says so', async () => {
    //  A ─▶ B
    const engine = rig(() => ({ takesS: 10 }), { pools: [spot('spot'), steady] })
    const once = dag('A -> B', { A: { idempotent: false } })
    const run = await engine.submit(once)
    await engine.settle(run)

    const doubtful = await engine.document(run)
    expect(doubtful.state).toBe('running')
    expect(taskIn(doubtful, 'A')).toMatchObject({ state: 'running', waitingFor: 'person' })
    expect(taskIn(doubtful, 'A').attempts).toMatchObject([
      { state: 'in-doubt', cause: 'reclaimed', remedy: 'wait-for-person' },
    ])
    expect(engine.started).toStrictEqual(['A/1/0'])

    const { ports } = engine.engine
    expect(await retry(ports, run, [])).toMatchObject({ ok: false, error: { code: 'RUN-NOT-OVER' } })
    expect(await retry(ports, run, ['B'])).toMatchObject({ ok: false, error: { code: 'TASK-NOT-IN-DOUBT' } })
    expect(await retry(ports, run, ['A'])).toStrictEqual({ ok: true, value: { run } })

    const document = await engine.finish(run, once)
    expect(document.state).toBe('succeeded')
    expect(engine.started).toStrictEqual(['A/1/0', 'A/2/0', 'B/1/0'])
  })
})

test('a job that ends without a report failed for no known cause, and is retried by the rule for that', async () => {
  const engine = rig(({ attempt }) => ({
    takesS: 3,
    ...(attempt === 1 ? { silent: 'Essential container exited' } : {}),
  }))

  const run = await engine.run(dag('A', { A: { retry: { limit: 1, backoffS: 5 }, outputs: leaves('out') } }))

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 11 })
  expect(taskIn(run, 'A').attempts).toMatchObject([
    {
      cause: 'unknown',
      remedy: 'again',
      reason: 'unknown: again, after 5 s (retry 1 of 1)',
      slots: [{ state: 'failed', exitCode: null, evidence: 'Essential container exited', usageBasis: 'none' }],
    },
    { state: 'committed' },
  ])
  // It held its place for three seconds all the same.
  expect(run.costUsd).toBeCloseTo((6 / 3600) * 0.036, 12)
})
