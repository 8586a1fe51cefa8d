import { describe, expect, test } from 'vitest'
import { runDocument } from '#operations/documents/run-document.ts'
import { submit } from '#operations/submit.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, taskIn } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'
import { userError } from './story.ts'

const slow = emulatedPool('slow', { ...roomy, startDelay: { kind: 'fixed', seconds: 5 } })

describe('a run document', () => {
  test('of a run that is queued has no plan, no times, and every task pending', async () => {
    const engine = rig(() => ({ takesS: 1 }))
    const workflow = { ...dag('A -> B'), labels: { team: 'a' }, deadlineS: 60 }
    const policy = { cloning: true, hedging: true }
    const run = await submit(engine.engine.ports, { workflow, params: { p: 1 }, policy, tenant: 'test' })

    expect(await engine.document(run)).toStrictEqual({
      schemaVersion: 1,
      id: run,
      tenant: 'test',
      workflow: 'test',
      workflowHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      params: { p: 1 },
      labels: { team: 'a' },
      priority: 50,
      deadline: 60,
      budgetUsd: null,
      reservedUsd: 0,
      state: 'queued',
      planId: null,
      retryOf: null,
      error: null,
      createdAt: '2023-11-14T22:13:20.000Z',
      finishedAt: null,
      makespanS: null,
      costUsd: 0,
      wastedCostUsd: 0,
      counts: { pending: 2, ready: 0, running: 0, committed: 0, failed: 0, skipped: 0, cancelled: 0 },
      tasks: [
        {
          id: 'A',
          state: 'pending',
          key: null,
          waitingFor: 'predecessors',
          reusedFrom: null,
          error: null,
          reason: null,
          onCriticalPath: false,
          needs: [],
          predicted: null,
          attempts: [],
        },
        expect.objectContaining({ id: 'B', needs: ['A'] }),
      ],
    })
  })

  test('of a run at work says where each task is, with what was not measured as null', async () => {
    const engine = rig(() => ({ takesS: 10 }), { pools: [slow] })
    const run = await engine.submit(dag('A -> B', { A: { estimate: { durationS: 10 } } }))
    await engine.clock.advance(7_000)

    const document = await engine.document(run)

    expect(document).toMatchObject({
      state: 'running',
      makespanS: 7,
      finishedAt: null,
      counts: { running: 1, pending: 1 },
    })
    expect(taskIn(document, 'A')).toMatchObject({
      state: 'running',
      waitingFor: null,
      onCriticalPath: true,
      reason: expect.stringContaining('slow'),
      predicted: { durationS: { p50: 10, p90: 15, p99: 25 }, basis: { kind: 'estimate' } },
    })
    expect(taskIn(document, 'A').attempts).toStrictEqual([
      {
        number: 1,
        state: 'running',
        cause: null,
        confidence: null,
        evidence: null,
        remedy: null,
        reason: null,
        decision: null,
        slots: [
          {
            clone: 0,
            variant: null,
            kind: 'active',
            state: 'running',
            pool: 'slow',
            reason: expect.any(String),
            why: null,
            waitingFor: null,
            startedAt: '2023-11-14T22:13:25.000Z',
            endedAt: null,
            timesS: { waiting: 0, starting: 5, stagingIn: null, running: null, stagingOut: null },
            bytesIn: 0,
            bytesOut: 0,
            cpuS: null,
            peakMemoryMiB: null,
            usageBasis: 'none',
            exitCode: null,
            cause: null,
            evidence: null,
            costUsd: 0,
          },
        ],
      },
    ])
    await engine.finish(run, dag('A -> B', { A: { estimate: { durationS: 10 } } }))
  })

  test('of a run that failed has the words of the failure, the bill, and what was skipped', async () => {
    const engine = rig(({ task: id }) => ({ takesS: 10, ...(id === 'A' ? { fails: userError('no such file') } : {}) }))

    const run = await engine.run(dag('A -> B, C'))

    expect(run).toMatchObject({
      state: 'failed',
      error: 'A: user-error: no such file',
      makespanS: 10,
      finishedAt: '2023-11-14T22:13:30.000Z',
      costUsd: expect.closeTo((20 / 3600) * 0.036, 12),
      wastedCostUsd: expect.closeTo((10 / 3600) * 0.036, 12),
      counts: { committed: 1, failed: 1, skipped: 1 },
    })
    expect(taskIn(run, 'A').attempts).toMatchObject([
      {
        state: 'failed',
        cause: 'user-error',
        remedy: 'give-up',
        reason: 'user-error: no retries asked for',
        slots: [
          {
            state: 'failed',
            exitCode: 1,
            cause: 'user-error',
            evidence: 'no such file',
            endedAt: '2023-11-14T22:13:30.000Z',
            timesS: { waiting: 0, starting: 0, stagingIn: 0, running: 10, stagingOut: 0 },
          },
        ],
      },
    ])
    expect(taskIn(run, 'B')).toMatchObject({
      state: 'skipped',
      waitingFor: null,
      error: 'A left no result',
      attempts: [],
    })
    expect(taskIn(run, 'C').attempts[0]?.slots[0]).toMatchObject({ state: 'won', exitCode: 0 })
  })

  test('of a run that no pool can take has the reason of each task, and nothing was started', async () => {
    const resources = { vcpus: 1000, memoryMiB: 64, gpus: 0 }

    const run = await rig(() => ({ takesS: 1 })).run(dag('A -> B -> C', { A: { resources }, C: { resources } }))

    expect(run).toMatchObject({ state: 'failed', planId: null, makespanS: 0, counts: { skipped: 3, pending: 0 } })
    expect(run.error?.split('\n')).toStrictEqual([
      expect.stringMatching(/task A.* 1000 vCPU/),
      expect.stringMatching(/task C.* 1000 vCPU/),
    ])
  })

  test('of a run that nobody works on is interrupted, unless it has ended', async () => {
    const engine = rig(() => ({ takesS: 10 }))
    const run = await engine.submit(dag('A'))
    const read = async () =>
      runDocument(engine.engine.ports, (await engine.store.rows.get(run, 'run', 'run'))!.value, {
        tasks: false,
        alive: false,
      })

    expect((await read()).state).toBe('interrupted')
    await engine.finish(run, dag('A'))
    expect((await read()).state).toBe('succeeded')
  })

  test('without tasks has the same counts', async () => {
    const engine = rig(() => ({ takesS: 10 }))
    const run = await engine.run(dag('A -> B'))
    const row = (await engine.store.rows.runs('test', { limit: 1 })).items[0]!

    const { tasks, ...rest } = run

    expect(tasks).toHaveLength(2)
    expect(await runDocument(engine.engine.ports, row, { tasks: false, alive: true })).toStrictEqual(rest)
  })
})

describe('tasks of a document', () => {
  test('come in the order of the workflow, instances by number', async () => {
    const workflow = workflowOf([task('B', { forEach: over({ n: numbers(12) }) }), task('A'), task('C')])

    const run = await rig(() => ({ takesS: 1 })).run(workflow)

    expect(run.tasks?.map(({ id }) => id)).toStrictEqual(['A', 'B', ...numbers(12).map((n) => `B[${n}]`), 'C'])
  })

  test('count instances that have no row yet as pending', async () => {
    //  A[5] ─▶ B[each]
    const workflow = dag('A, B', {
      A: { forEach: over({ n: numbers(5) }), outputs: leaves('out') },
      B: { forEach: over({ a: 'each A.out' }) },
    })
    const engine = rig(({ task: id }) => ({ takesS: id === 'A[0]' ? 1 : 10 }))
    const run = await engine.submit(workflow)
    await engine.clock.advance(2_000)

    expect((await engine.document(run)).counts).toMatchObject({ committed: 1, running: 5, pending: 4 })
    await engine.finish(run, workflow)
  })

  test('show their clones by number, the tenth after the second', async () => {
    const run = await rig(({ clone }) => ({ takesS: 20 - clone })).run(
      dag('A', { A: { clones: 10, hedge: { kind: 'after', seconds: 100 } } }),
    )

    expect(taskIn(run, 'A').attempts[0]?.slots.map(({ clone, state }) => [clone, state])).toStrictEqual([
      ...numbers(9).map((clone) => [clone, 'lost']),
      [9, 'won'],
      [10, 'cancelled'],
    ])
  })
})
