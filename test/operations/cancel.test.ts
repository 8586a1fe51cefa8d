import { expect, test } from 'vitest'
import { change } from '#core/run/record.ts'
import { cancel } from '#operations/cancel.ts'
import { finish } from '#operations/finish.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import { dag } from '../builders/dag.ts'
import { rig, statesOf, taskIn } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'
import { secondsOf, userError } from './story.ts'

//  A, two clones ─▶ B ─▶ C        L[3] ─▶ E[each]        W waits for a place        R is between two tries
const workflow = dag('A -> B -> C, D, L, E, R', {
  A: { clones: 2 },
  D: {},
  L: { forEach: over({ n: numbers(3) }), outputs: leaves('out') },
  E: { forEach: over({ l: 'each L.out' }) },
  R: { retry: { limit: 1, backoffS: 60 } },
})

/** D ends after 3 s; L[0] after 1 s; the rest is at work for long. */
const script = ({ task }: { readonly task: string }) => {
  if (task === 'R') return { takesS: 2, fails: userError() }
  return { takesS: task === 'D' ? 3 : task === 'L[0]' ? 1 : 100 }
}

test('a cancelled run is over at once, with everything ended, and says so', async () => {
  const engine = rig(script)
  const run = await engine.submit(workflow)
  await engine.clock.advance(5_000)

  await cancel(engine.engine.ports, run, 'not needed any more')
  const document = await engine.finish(run, workflow)

  expect(document).toMatchObject({ state: 'cancelled', error: 'not needed any more', makespanS: 5 })
  expect(statesOf(document)).toStrictEqual({
    A: 'cancelled',
    B: 'skipped',
    C: 'skipped',
    D: 'committed',
    E: 'cancelled',
    'E[0]': 'cancelled',
    L: 'cancelled',
    'L[0]': 'committed',
    'L[1]': 'cancelled',
    'L[2]': 'cancelled',
    R: 'cancelled',
  })
  // Instances of E that were never ready are counted, and nothing is still to come.
  expect(document.counts).toStrictEqual({
    pending: 0,
    ready: 0,
    running: 0,
    committed: 2,
    failed: 0,
    skipped: 4,
    cancelled: 5,
  })
  expect(taskIn(document, 'A')).toMatchObject({ error: 'not needed any more', attempts: [{ state: 'cancelled' }] })
  expect(taskIn(document, 'B')).toMatchObject({ error: 'the run ended first', waitingFor: null })
  // Waits that are answered lead nowhere any more.
  expect((await engine.log(run)).at(-1)?.event.type).toBe('run.finished')
})

test('what a cancelled run took is billed: what was committed is of use, the rest is not', async () => {
  const engine = rig(script)
  const run = await engine.submit(workflow)
  await engine.clock.advance(5_000)

  await cancel(engine.engine.ports, run, 'enough')
  const document = await engine.finish(run, workflow)

  const usd = 0.036 / 3600
  // A twice 5 s, L[1] and L[2] 5 s each, E[0] 4 s, R 2 s; D 3 s and L[0] 1 s.
  expect(document.wastedCostUsd).toBeCloseTo((10 + 10 + 4 + 2) * usd, 12)
  expect(document.costUsd).toBeCloseTo((10 + 10 + 4 + 2 + 3 + 1) * usd, 12)
})

test('the state is visible before anything is ended, and the end waits for the last job', async () => {
  const engine = rig(() => ({ takesS: 20, deaf: true }))
  const single = dag('A -> B')
  const run = await engine.submit(single)
  await engine.clock.advance(5_000)

  await cancel(engine.engine.ports, run, 'enough')

  expect(await engine.document(run)).toMatchObject({ state: 'cancelling', error: 'enough', finishedAt: null })
  expect(taskIn(await engine.document(run), 'A').state).toBe('cancelled')
  const document = await engine.finish(run, single)
  expect(document).toMatchObject({ state: 'cancelled', makespanS: 20 })
})

test('a run is not over while a task of it is not, even if no job of it is alive', async () => {
  //  The last job ends while the tasks are being cancelled one by one.
  const engine = rig(() => ({ takesS: 20 }), { machine: { vcpus: 1, memoryMiB: 1000, gpus: 0 } })
  const two = dag('A, B')
  const run = await engine.submit(two)
  await engine.clock.advance(5_000)
  const { store, clock } = engine.engine.ports
  const event = { type: 'run.cancelling', atMs: clock.nowMs(), reason: 'enough' } as const
  const stored = (await store.rows.get(run, 'run', 'run'))!
  await store.rows.commit(run, [change('run', 'run', stored, event)])

  await engine.clock.advance(20_000)
  await finish(engine.engine.ports, run)

  expect((await engine.document(run)).state).toBe('cancelling')
  await cancel(engine.engine.ports, run, 'enough')
  expect((await engine.finish(run, two)).state).toBe('cancelled')
  // Nothing of a run that is being cancelled is started.
  expect(engine.started).toStrictEqual(['A/1/0'])
})

test('cancelled twice, at once or one after the other, is cancelled once, for the first reason', async () => {
  const engine = rig(script)
  const run = await engine.submit(workflow)
  await engine.clock.advance(5_000)

  await Promise.all([cancel(engine.engine.ports, run, 'first'), cancel(engine.engine.ports, run, 'second')])
  await cancel(engine.engine.ports, run, 'third')
  const document = await engine.finish(run, workflow)
  await cancel(engine.engine.ports, run, 'fourth')

  expect(document).toMatchObject({ state: 'cancelled', error: 'first' })
  const log = await engine.log(run)
  expect(log.filter(({ event }) => event.type === 'run.cancelling')).toHaveLength(1)
  expect(log.filter(({ event }) => event.type === 'run.finished')).toHaveLength(1)
})

test('a run that was not planned yet is cancelled at no cost, and planning it later does nothing', async () => {
  const engine = rig(script)
  const policy = { cloning: true, hedging: true }
  const run = await submit(engine.engine.ports, { workflow, params: {}, policy, tenant: 'test' })

  await cancel(engine.engine.ports, run, 'a mistake')
  await plan(engine.engine.ports, run)
  const document = await engine.finish(run, workflow)

  expect(document).toMatchObject({ state: 'cancelled', planId: null, costUsd: 0, counts: { skipped: 7, pending: 0 } })
  expect(engine.started).toStrictEqual([])
})

test('a run that is cancelled while it is planned starts nothing', async () => {
  const engine = rig(script)
  const policy = { cloning: true, hedging: true }
  const run = await submit(engine.engine.ports, { workflow, params: {}, policy, tenant: 'test' })

  await Promise.all([plan(engine.engine.ports, run), cancel(engine.engine.ports, run, 'a mistake')])
  const document = await engine.finish(run, workflow)

  expect(document.state).toBe('cancelled')
  expect(engine.started).toStrictEqual([])
})

test('a hedge and a retry of a cancelled run do not come', async () => {
  const hedged = dag('A, R', {
    A: { hedge: { kind: 'after', seconds: 30 } },
    R: { retry: { limit: 3, backoffS: 30 } },
  })
  const engine = rig(({ task }) => (task === 'R' ? { takesS: 2, fails: userError() } : { takesS: 100 }))
  const run = await engine.submit(hedged)
  await engine.clock.advance(5_000)

  await cancel(engine.engine.ports, run, 'enough')
  await engine.finish(run, hedged)

  expect(engine.started.toSorted()).toStrictEqual(['A/1/0', 'R/1/0'])
  expect(secondsOf(await engine.log(run), 'slot.activated')).toStrictEqual({})
})

test('a run that is cancelled as its last clone claims has one end', async () => {
  const engine = rig(() => ({ takesS: 0 }))
  const single = dag('A')
  const run = await engine.submit(single)

  const cancelled = cancel(engine.engine.ports, run, 'enough')
  await engine.clock.runOut()
  await cancelled
  const document = await engine.finish(run, single)

  expect(document.state).toBe('cancelled')
  expect((await engine.log(run)).filter(({ event }) => event.type === 'run.finished')).toHaveLength(1)
})

test.each([
  ['becomes ready', 'B', 'task.ready'],
  ['is expanded', 'L', 'task.expanded'],
  ['is skipped', 'G', 'task.skipped'],
])('a task that %s as its run is cancelled gets no row any more', async (_, id, type) => {
  //  A ─▶ B      A ─▶ L[3]      F ✗ ─▶ G
  const follows = dag('A -> B, A -> L, F -> G', { L: { forEach: over({ n: numbers(3) }) } })
  const engine = rig(({ task }) => (task === 'F' ? { takesS: 10, fails: userError() } : { takesS: 10 }))
  const { ports } = engine.engine
  const commit = ports.store.rows.commit.bind(ports.store.rows)
  let cancelled = false
  // Decided while the run still runs, written when it does not.
  ports.store.rows.commit = async (run, changes, checks) => {
    if (!cancelled && changes.some((change) => change.id === id && change.events[0]?.type === type)) {
      cancelled = true
      await cancel(ports, run, 'enough')
    }
    return commit(run, changes, checks)
  }

  const run = await engine.run(follows)

  expect(cancelled).toBe(true)
  expect(run.state).toBe('cancelled')
  expect(statesOf(run)[id]).toBe('skipped')
  expect(run.tasks?.find((task) => task.id === id)?.error).toBe('the run ended first')
})

test.each([
  ['committed', 'A', 'task.committed'],
  ['tried again', 'R', 'attempt.failed'],
])('a task is not %s by a write that was decided before its run was cancelled', async (_, id, type) => {
  const two = dag('A, R', { R: { retry: { limit: 1, backoffS: 0 } } })
  const engine = rig(({ task }) => (task === 'R' ? { takesS: 10, fails: userError() } : { takesS: 10 }))
  const { ports } = engine.engine
  const commit = ports.store.rows.commit.bind(ports.store.rows)
  let cancelling = false
  ports.store.rows.commit = async (run, changes, checks) => {
    if (!cancelling && changes.some((made) => made.id === id && made.events[0]?.type === type)) {
      cancelling = true
      const stored = (await ports.store.rows.get(run, 'run', 'run'))!
      const event = { type: 'run.cancelling', atMs: ports.clock.nowMs(), reason: 'enough' } as const
      await commit(run, [change('run', 'run', stored, event)])
    }
    return commit(run, changes, checks)
  }
  const run = await engine.submit(two)
  await engine.clock.advance(15_000)
  expect(cancelling).toBe(true)

  await cancel(ports, run, 'enough')
  const document = await engine.finish(run, two)

  expect(document.state).toBe('cancelled')
  expect(taskIn(document, id)).toMatchObject({ state: 'cancelled', attempts: [{ number: 1 }] })
})
