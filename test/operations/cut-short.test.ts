import { expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { endExpansion } from '#operations/advance/end-expansion.ts'
import { finish } from '#operations/finish.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { stop } from '#operations/stop.ts'
import { sweep } from '#operations/sweep.ts'
import type { Executions } from '#ports/executions.ts'
import type { Rows } from '#ports/store.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { rig, slotRef, statesOf } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'
import { doomed } from './outage.ts'
import { jobName } from './story.ts'

const list = dag('L', { L: { forEach: over({ n: numbers(2) }), outputs: leaves('out') } })
/** More than is written at once. */
const longList = dag('L', { L: { forEach: over({ n: numbers(20) }), clones: 2 } })

/** Rows of which one method does something else. */
function altered(rows: Rows, method: keyof Rows, by: (...args: never) => unknown): Rows {
  return new Proxy(rows, {
    get(target, name) {
      if (name === method) return by
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args)
    },
  })
}

test('a list that was known and not begun when its run was told to stop is skipped to its last instance', async () => {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  // Submitted, planning, started, expanded; then it is over.
  const end = doomed(kept, 4, 'dies after')
  void rig(() => ({ takesS: 1 }), { ...kept, store: end.store }).submit(longList)
  const engine = rig(() => ({ takesS: 1 }), kept)
  await engine.clock.advance(1)
  const [run] = (await kept.store.rows.runs('test', { limit: 1 })).items
  expect((await kept.store.rows.list(run!.id, 'task', { limit: 10 })).items.map(({ id }) => id)).toStrictEqual(['L'])

  await stop(engine.engine.ports, run!.id, 'it has taken too long')
  await sweep(engine.engine.ports, run!.id)
  const document = await engine.finish(run!.id, longList)

  expect(document).toMatchObject({ state: 'failed', error: 'it has taken too long' })
  const skipped = Object.fromEntries(numbers(20).map((n) => [`L[${n}]`, 'skipped']))
  expect(statesOf(document)).toStrictEqual({ L: 'failed', ...skipped })
})

test('a run that is over has no open wait, whoever died before answering', async () => {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const refuses = altered(kept.store.rows, 'commit', (...args: Parameters<Rows['commit']>) => {
    const ends = args[1].some(({ events }) => events.some(({ type }) => type === 'run.finished'))
    return ends ? new Promise(() => {}) : kept.store.rows.commit(...args)
  })
  const { history, log } = kept.store
  const engine = rig(() => ({ takesS: 1 }), { ...kept, store: { rows: refuses, history, log } })
  const workflow = dag('A -> B', { A: { clones: 2 } })
  const run = await engine.submit(workflow)
  await engine.clock.advance(60_000)
  const answered: string[] = []
  const executions: Executions = {
    start: async () => 'already',
    answer: async (token) => {
      expect((await kept.store.rows.get(run, 'run', 'run'))?.value.state).toBe('running')
      answered.push(token)
      return 'spent'
    },
  }

  await finish({ ...engine.engine.ports, store: kept.store, executions }, run)

  const slots = (await kept.store.rows.list(run, 'slot', { limit: 10 })).items
  expect(slots).toHaveLength(3)
  expect(new Set(answered)).toStrictEqual(new Set(slots.map(({ value }) => value.token)))
  expect((await kept.store.rows.get(run, 'run', 'run'))?.value.state).toBe('succeeded')
})

test('an expansion of a run that was told to end is not committed', async () => {
  const engine = rig(() => ({ takesS: 100 }))
  const run = await engine.submit(list)
  const running = await engine.store.rows.get(run, 'run', 'run')
  const cancelling = { type: 'run.cancelling', atMs: engine.clock.nowMs(), reason: 'enough' } as const
  await engine.store.rows.commit(run, [change('run', 'run', running, cancelling)])

  await endExpansion(engine.engine.ports, run, 'L', [])

  expect((await engine.store.rows.get(run, 'task', 'L'))?.value.state).toBe('running')
})

test('a bill that another process was first with is no error, and paid once', async () => {
  const workflow = workflowOf([task('A', { timeoutS: 100 })], { budgetUsd: 1 })
  const engine = rig(() => ({ takesS: 50 }))
  const run = await engine.submit(workflow)
  await engine.clock.advance(5_000)
  const slot = slotRef(run, 'A/1/0')
  const job = jobName(run, slotKey(slot))
  const ended = { job, slot, pool: 'hot', atMs: 1, billedS: 5, exitCode: 1, reason: 'gone' } as const
  const { ports } = engine.engine
  let looks = 0
  const rows = altered(engine.store.rows, 'get', async (...args: Parameters<Rows['get']>) => {
    const row = await engine.store.rows.get(...args)
    if (args[1] !== 'slot') return row
    looks += 1
    // The row is old by the time it is read.
    if (looks === 2) await jobEnded(ports, ended)
    return row
  })

  await jobEnded({ ...ports, store: { ...ports.store, rows } }, ended)

  const log = await engine.log(run)
  expect(log.filter(({ event }) => event.type === 'slot.billed')).toHaveLength(1)
  expect(log.filter(({ event }) => event.type === 'ledger.settled')).toHaveLength(1)
  expect(looks).toBeGreaterThan(2)
})
