import { describe, expect, test } from 'vitest'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { dispatch } from '#operations/dispatch.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, taskIn, type Rig } from '../builders/rig.ts'
import { numbers } from './drawn.ts'
import { secondsOf } from './story.ts'

const oneVcpu = { vcpus: 1, memoryMiB: 10_000, gpus: 0 }
const tenSeconds = () => ({ takesS: 10 })
const takes = (vcpus: number): Pick<Task, 'resources'> => ({ resources: { vcpus, memoryMiB: 64, gpus: 0 } })

/** The most vCPUs that jobs of a run held at one time, from its log. */
async function mostHeld(engine: Rig, run: RunId, vcpusOf: (slot: string) => number): Promise<number> {
  let held = 0
  let most = 0
  for (const { id, event } of await engine.log(run)) {
    if (event.type === 'slot.starting') held += vcpusOf(id)
    if (event.type === 'slot.billed') held -= vcpusOf(id)
    most = Math.max(most, held)
  }
  return most
}

describe('the order of dispatch', () => {
  test('is by the longest path to the end', async () => {
    //  A ─▶ B ─▶ C      D ─▶ E      F
    const lasting = (durationS: number) => ({ estimate: { durationS } })
    const workflow = dag('F, D -> E, A -> B -> C', {
      A: lasting(10),
      B: lasting(10),
      C: lasting(14),
      D: lasting(10),
      E: lasting(13),
      F: lasting(12),
    })
    const engine = rig(tenSeconds, { machine: oneVcpu })

    const run = await engine.run(workflow)

    expect(run.makespanS).toBe(60)
    expect(engine.started.map((slot) => slot[0])).toStrictEqual(['A', 'B', 'D', 'C', 'E', 'F'])
  })

  test('is by priority between runs, whatever came first', async () => {
    const low = dag('A1 -> A2', {})
    const high = { ...dag('B1 -> B2'), priority: 75 }
    const engine = rig(tenSeconds, { machine: oneVcpu })
    const first = await engine.submit(low)
    await engine.clock.advance(1_000)
    const second = await engine.submit(high)

    await engine.finish(second, high)
    await engine.finish(first, low)

    // One of the first was at work already; from then on the second goes first.
    expect(engine.started.map((slot) => slot.slice(0, 2))).toStrictEqual(['A1', 'B1', 'B2', 'A2'])
  })

  test('is by age between runs of the same priority, and each gets its share of places', async () => {
    const workflow = workflowOf([task('A'), task('B')])
    const engine = rig(tenSeconds, { machine: { ...oneVcpu, vcpus: 2 } })
    const first = await engine.submit(workflow)
    await engine.clock.advance(1_000)
    const second = await engine.submit(workflow)

    const document = await engine.finish(second, workflow)

    expect((await engine.finish(first, workflow)).makespanS).toBe(10)
    expect(document.makespanS).toBe(19)
  })

  test('gives first clones their place before second ones', async () => {
    const workflow = dag('A, B', { A: { clones: 2 }, B: { clones: 2 } })
    const engine = rig(tenSeconds, { machine: { ...oneVcpu, vcpus: 2 } })
    await engine.run(workflow)

    expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0'])
  })
})

describe('capacity', () => {
  test('is never passed, and all of it is used', async () => {
    //  300 tasks on 100 vCPUs: three waves
    const workflow = workflowOf(numbers(300).map((n) => task(`W${n}`)))
    const engine = rig(tenSeconds, { machine: { ...oneVcpu, vcpus: 100, memoryMiB: 100_000 } })
    const run = await engine.submit(workflow)

    const document = await engine.finish(run, workflow)

    expect(await mostHeld(engine, run, () => 1)).toBe(100)
    expect(document.makespanS).toBe(30)
  })

  test('that is there for slots behind a long queue is found in one dispatch', async () => {
    //  100 tasks that ask for a full pool stand before one that asks for an empty one
    const busy = workflowOf([task('X', { pool: { tier: 'hot' }, ...takes(2) })], { priority: 90 })
    const waiting = numbers(100).map((n) => task(`A${String(n).padStart(3, '0')}`, { pool: { tier: 'hot' } }))
    const workflow = workflowOf([...waiting, task('Z', { pool: { tier: 'cold' } })])
    const pools = [emulatedPool('hot', { tier: 'hot' }), emulatedPool('cold', { tier: 'cold' })]
    const engine = rig(({ task: id }) => ({ takesS: id === 'X' ? 50 : 1 }), { pools })
    await engine.submit(busy)
    await engine.clock.advance(1_000)

    const run = await engine.submit(workflow)
    await engine.clock.advance(10_000)

    expect(engine.started).toStrictEqual(['X/1/0', 'Z/1/0'])
    await engine.finish(run, workflow)
  })

  test('is kept for a large task whose turn it is', async () => {
    //  S1, S2 take one of two vCPUs each; L takes both and comes next; S3 … S9 are small and come after it
    const first = workflowOf([task('S1'), task('S2')], { priority: 90 })
    const second = workflowOf([task('L', takes(2))], { priority: 80 })
    const third = workflowOf(numbers(7).map((n) => task(`T${n}`)))
    const engine = rig(({ task: id }) => ({ takesS: id === 'S1' ? 10 : 20 }), { machine: { ...oneVcpu, vcpus: 2 } })
    await engine.submit(first)
    await engine.clock.advance(1_000)
    const large = await engine.submit(second)
    const small = await engine.submit(third)

    await engine.finish(small, third)

    expect(secondsOf(await engine.log(large), 'slot.leased')).toStrictEqual({ 'L/1/0': 19 })
    expect(engine.started.slice(0, 3)).toStrictEqual(['S1/1/0', 'S2/1/0', 'L/1/0'])
  })

  test('that is short is what a slot says it waits for', async () => {
    const engine = rig(tenSeconds, { machine: oneVcpu })
    const run = await engine.submit(workflowOf([task('A'), task('B')]))
    await engine.clock.advance(1_000)

    const document = await engine.document(run)

    expect(taskIn(document, 'A')).toMatchObject({ state: 'running', waitingFor: null })
    expect(taskIn(document, 'B')).toMatchObject({ state: 'running', waitingFor: 'capacity' })
    expect((await engine.slot(run, 'B/1/0')).waitingFor).toBe('capacity')
    await engine.finish(run, workflowOf([task('A'), task('B')]))
  })
})

test('a slot whose pool is full spills into the next one that takes it', async () => {
  const tier = (id: 'hot' | 'warm' | 'cold', startS: number, spillsTo: readonly string[]): EmulatedPool =>
    emulatedPool(id, {
      ...roomy,
      tier: id,
      vcpus: id === 'cold' ? 10 : 1,
      spillsTo,
      startDelay: { kind: 'fixed', seconds: startS },
    })
  const pools = [tier('hot', 0, ['warm', 'cold']), tier('warm', 10, ['cold']), tier('cold', 60, [])]
  const workflow = workflowOf(numbers(4).map((n) => task(`A${n}`, { pool: { tier: 'hot' } })))
  const engine = rig(() => ({ takesS: 100 }), { pools })

  const run = await engine.run(workflow)

  expect(run.tasks?.map(({ attempts }) => attempts[0]?.slots[0]?.pool)).toStrictEqual(['hot', 'warm', 'cold', 'cold'])
  expect(run.makespanS).toBe(160)
})

test('a hedge of a clone that spilled counts from when the slower pool could have started it', async () => {
  const pools = [
    emulatedPool('hot', { ...roomy, tier: 'hot', vcpus: 1, spillsTo: ['cold'] }),
    emulatedPool('cold', { ...roomy, tier: 'cold', startDelay: { kind: 'fixed', seconds: 60 } }),
  ]
  const hedge = { hedge: { kind: 'after', seconds: 20 } } as const
  const workflow = workflowOf([task('A', hedge), task('B', hedge)])
  const engine = rig(() => ({ takesS: 200 }), { pools })
  const run = await engine.submit(workflow)

  await engine.finish(run, workflow)

  expect(secondsOf(await engine.log(run), 'slot.activated')).toStrictEqual({ 'A/1/1': 20, 'B/1/1': 80 })
})

test('slots of a run that is being cancelled get no place', async () => {
  const engine = rig(tenSeconds, { machine: oneVcpu })
  const workflow = workflowOf([task('A'), task('B')])
  const run = await engine.submit(workflow)
  await engine.clock.advance(1_000)
  const stored = (await engine.store.rows.get(run, 'run', 'run'))!
  const event = { type: 'run.cancelling', atMs: engine.clock.nowMs(), reason: 'enough' } as const
  await engine.store.rows.commit(run, [change('run', 'run', stored, event)])

  await engine.clock.advance(20_000)

  expect(secondsOf(await engine.log(run), 'slot.starting')).toStrictEqual({ 'A/1/0': 0 })
})

test('jobs whose slots were written before the store refused one are submitted all the same', async () => {
  const engine = rig(tenSeconds)
  const workflow = workflowOf(numbers(3).map((n) => task(`A${n}`)))
  const run = await engine.submit(workflow)
  const { ports } = engine.engine
  const { rows } = ports.store
  const refusing = {
    ...ports,
    store: {
      ...ports.store,
      rows: {
        ...rows,
        commit: (...[id, changes, checks]: Parameters<typeof rows.commit>) =>
          changes.some((written) => written.id === 'A1/1/0')
            ? Promise.reject(new Error('the store refuses'))
            : rows.commit(id, changes, checks),
      },
    },
  }

  await expect(dispatch(refusing)).rejects.toThrow('the store refuses')
  await engine.clock.advance(1_000)

  expect(engine.started).toContain('A0/1/0')
  await engine.finish(run, workflow)
})
