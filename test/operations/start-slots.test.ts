import { describe, expect, test } from 'vitest'
import { namesOf } from '#core/dispatch/array-groups.ts'
import { arrayPartOf } from '#core/dispatch/job-names.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { dispatch } from '#operations/dispatch.ts'
import type { Ports } from '#operations/ports.ts'
import { submitStranded } from '#operations/submit-stranded.ts'
import type { JobRequest, Pools } from '#ports/pools.ts'
import type { Rows } from '#ports/store.ts'
import { dag, workflowOf } from '../builders/dag.ts'
import { rig, type Rig, type RigOptions } from '../builders/rig.ts'
import { numbers, over } from './drawn.ts'

const names: Pools['names'] = async (clones) =>
  namesOf(
    clones.map(({ slot, pool }) => ({ slot, shape: pool })),
    { members: 1_000, letters: 2_500 },
  )
const wide = (count: number, changes: object = {}) => {
  const { tasks } = dag('B', { B: { forEach: over({ n: numbers(count) }), timeoutS: 100 } })
  return workflowOf(tasks, changes)
}

/** An engine that places nobody by itself, with a run whose clones all wait. */
async function waiting(count: number, changes: object = {}, options: RigOptions = {}) {
  const machine = { vcpus: count, memoryMiB: 1_000_000, gpus: 0 }
  const engine = rig(() => ({ takesS: 5 }), { machine, names, ...options })
  const { pools } = engine.engine.ports
  const { capacity } = pools
  let isOpen = false
  const none = { total: { vcpus: 0, memoryMiB: 0, gpus: 0 }, pools: {} }
  Object.assign(pools, { capacity: async () => (isOpen ? capacity() : none) })
  const workflow = wide(count, changes)
  const run = await engine.submit(workflow)
  await engine.clock.advance(1_000)
  const open = () => void (isOpen = true)
  return { engine, run, workflow, open }
}

/** Ports that tell of all commits and submissions, and let `before` come first. */
function watched({ engine }: Rig, before: (changes: Parameters<Rows['commit']>[1]) => Promise<void> = async () => {}) {
  const { ports } = engine
  const commits: number[] = []
  const submitted: (readonly JobRequest[])[] = []
  const { rows } = ports.store
  const commit: Rows['commit'] = async (run, changes, checks) => {
    await before(changes)
    commits.push(changes.length)
    return rows.commit(run, changes, checks)
  }
  const watchedRows: Rows = {
    get: (...asked) => rows.get(...asked),
    list: (...asked) => rows.list(...asked),
    commit,
    waiting: (limit) => rows.waiting(limit),
    busy: (page) => rows.busy(page),
    runs: (...asked) => rows.runs(...asked),
    active: (page) => rows.active(page),
  }
  const submit: Pools['submit'] = async (jobs) => {
    submitted.push(jobs)
    await ports.pools.submit(jobs)
  }
  const watching: Ports = { ...ports, store: { ...ports.store, rows: watchedRows }, pools: { ...ports.pools, submit } }
  return { ports: watching, commits, submitted }
}

async function cancelOne(engine: Rig, run: RunId, id: string): Promise<void> {
  const stored = await engine.store.rows.get(run, 'slot', id)
  const decided = { type: 'slot.decided', atMs: engine.clock.nowMs(), state: 'cancelled' } as const
  await engine.store.rows.commit(run, [change('slot', id, stored, decided)])
}

describe('slots that start together', () => {
  test('are written by 39 a transaction and submitted by one call, and each has its place in one array', async () => {
    const { engine, run, workflow, open } = await waiting(100)
    const { ports, commits, submitted } = watched(engine)
    open()
    await dispatch(ports)
    expect(commits).toStrictEqual([39, 39, 22])
    expect(submitted.map((jobs) => jobs.length)).toStrictEqual([100])
    for (const { job, slot } of submitted[0] ?? []) expect(slot.task).toBe(`B[${arrayPartOf(job)?.index}]`)
    expect(new Set(submitted[0]?.map(({ job }) => arrayPartOf(job)?.array)).size).toBe(1)
    expect((await engine.slot(run, 'B[7]/1/0')).job).toBe(submitted[0]?.find(({ slot }) => slot.task === 'B[7]')?.job)
    await engine.finish(run, workflow)
  })

  test('are those that still wait: one that was decided meanwhile is nobody in the array, and never started', async () => {
    const { engine, run, open } = await waiting(10)
    let isFirst = true
    const { ports, commits, submitted } = watched(engine, async () => {
      if (isFirst) await cancelOne(engine, run, 'B[3]/1/0')
      isFirst = false
    })
    open()
    await dispatch(ports)
    // Together first, then each by itself.
    expect(commits).toStrictEqual([10, ...numbers(9).map(() => 1)])
    expect(submitted[0]?.map(({ slot }) => slot.task)).not.toContain('B[3]')
    expect(submitted[0]).toHaveLength(9)
    expect((await engine.slot(run, 'B[3]/1/0')).job).toBeNull()
  })

  test('put aside what each may cost at most in the same write', async () => {
    const { engine, run, workflow, open } = await waiting(50, { budgetUsd: 100 })
    const { ports, commits } = watched(engine)
    open()
    await dispatch(ports)
    expect(commits).toStrictEqual([40, 12])
    const log = await engine.log(run)
    const reserved = log.filter(({ event }) => event.type === 'ledger.reserved')
    expect(reserved).toHaveLength(50)
    await engine.finish(run, workflow)
    const ledger = await engine.store.rows.get(run, 'ledger', 'ledger')
    expect(ledger?.value.reservedNanoUsd).toBe(0)
  })

  test('that are killed before their submission are submitted by nobody, and tried again', async () => {
    const { engine, run, workflow, open } = await waiting(20)
    const { ports } = watched(engine)
    open()
    const dies = { ...ports, pools: { ...ports.pools, submit: () => Promise.reject(new Error('killed')) } }
    await expect(dispatch(dies)).rejects.toThrow('killed')
    expect(engine.started).toStrictEqual([])
    engine.engine.keepWatch(() => true)
    const document = await engine.finish(run, workflow)
    expect(document.state).toBe('succeeded')
    expect(new Set(engine.started.map((slot) => slot.replace(/\[\d+\]/, ''))).size).toBe(1)
    expect(engine.started).toHaveLength(20)
  })

  test('that were killed before their submission are submitted by the next dispatch, as the same jobs, once', async () => {
    const { engine, run, workflow, open } = await waiting(20)
    const { ports, submitted } = watched(engine)
    open()
    const dies = { ...ports, pools: { ...ports.pools, submit: () => Promise.reject(new Error('killed')) } }
    await expect(dispatch(dies)).rejects.toThrow('killed')
    const names = new Set((await engine.store.rows.busy({ limit: 100 })).items.map(({ job }) => job))

    // As yet, it may be that the pool does not list them.
    await engine.clock.advance(4_000)
    await submitStranded(ports)
    expect(submitted).toStrictEqual([])
    await engine.clock.advance(1_000)
    await submitStranded(ports)
    await submitStranded(ports)

    expect(submitted).toHaveLength(1)
    expect(new Set(submitted[0]?.map(({ job }) => job))).toStrictEqual(names)
    const document = await engine.finish(run, workflow)
    expect(document.state).toBe('succeeded')
    expect(engine.started.toSorted()).toStrictEqual(
      numbers(20)
        .map((n) => `B[${n}]/1/0`)
        .toSorted(),
    )
  })
})
