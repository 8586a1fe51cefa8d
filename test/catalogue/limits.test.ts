import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { frontierSize } from '#contract/state-machine.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { startExecutions } from '#operations/start-executions.ts'
import { dag } from '../builders/dag.ts'
import { runId } from '../builders/emulation.ts'
import { from, leaves, numbers, over } from '../operations/drawn.ts'
import { ModelExecutions } from '../simulation/model-executions.ts'
import { Simulation } from '../simulation/simulation.ts'
import { greatOutput } from './great-output.ts'
import { play, runOf, saidIn, slotsIn } from './play.ts'

/** A ─▶ B[n] ─▶ C */
const fan = (count: number) =>
  dag('A -> B -> C', {
    B: { forEach: over({ n: numbers(count) }), outputs: leaves('out') },
    C: { inputs: { all: from('B.out') }, outputs: leaves('out') },
  })

test('32: three in ten writes conflict: no mark is lost, and no write gives up', async () => {
  const played = await play(fan(250), { world: 'machine', chances: { 'commit conflict': 0.3 } })

  expect(played.breaches).toStrictEqual([])
  expect(played.sim.faults.of('commit conflict')).toBeGreaterThan(500)
  const { items: groups } = await played.store.rows.list(played.runs[0]!, 'group', { prefix: 'all:B', limit: 100 })
  const marked = groups.filter(({ id }) => id.includes('/')).reduce((sum, { value }) => sum + value.marked.length, 0)
  expect(marked).toBe(250)
  expect((await runOf(played)).state).toBe('succeeded')
})

describe('33: objects around the sizes at which payloads are refused', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'forkcast-sizes-'))
  })
  afterAll(() => rm(dir, { recursive: true }))

  test.each([255 * 1024, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 257 * 1024, 6_000_000, 6 * 1024 ** 2])(
    '%d bytes come back to the last one',
    async (bytes) => {
      const content = Buffer.alloc(bytes, `line ${bytes} \n`)
      const objects = new FileObjects(dir)
      await writeFile(join(dir, 'from'), content)

      const stored = await objects.store(join(dir, 'from'), `runs/r/t/1/0/out/${bytes}`)
      await objects.fetch(`runs/r/t/1/0/out/${bytes}`, join(dir, `to-${bytes}`))

      expect(stored.bytes).toBe(bytes)
      expect((await readFile(join(dir, `to-${bytes}`))).equals(content)).toBe(true)
    },
  )

  // 5 GiB are in the soak: `npm run bench -- soak sizes`.
  test('an output of 64 MiB and a few bytes goes through a run of real commands to the last one', () => {
    expect(greatOutput(64 * 1024 ** 2 + 3)).toStrictEqual([])
  }, 60_000)
})

test('34: the longest execution, each of its launches retried to the last, stays below 5,000 events of 25,000', async () => {
  const conditions = { seed: 'history', chances: {}, calmAfterMs: 0, latencyMs: 0, mostCrashes: 0 }
  const sim = new Simulation(conditions)
  let launches = 0
  const executions = new ModelExecutions(sim, sim.process('host'), {
    launch: async () => {
      launches += 1
      return 'again'
    },
    settle: async () => 'again',
  })
  const clones = numbers(LIMITS.clones.value)
  const tasks = numbers(frontierSize).map((index) => ({ task: `t${index}`, attempt: 1, clones }))
  await startExecutions({ executions }, runId(), tasks)
  while (await sim.time.next());

  expect(launches).toBe(frontierSize * LIMITS.clones.value * 9)
  expect(executions.events.size).toBe(LIMITS.clones.value)
  for (const events of executions.events.values()) expect(events).toBeLessThan(5_000)
})

test('35: a run with 10,000 instances is cancelled: visible at once, and nothing is alive afterwards', async () => {
  const played = await play(fan(10_000), {
    world: 'machine',
    vcpus: 40,
    conditions: { calmAfterMs: 0, latencyMs: 1 },
    mostEvents: 3_000_000,
    meanwhile: [{ afterMs: 60_000, happens: (world) => world.cancel() }],
  })

  expect(played.breaches).toStrictEqual([])
  const run = await runOf(played)
  expect(run.state).toBe('cancelled')
  expect(saidIn(played, 'pools.submit')).toBeGreaterThan(3)
  const { items: log } = await played.store.log.list(run.id, { limit: 1_000_000 })
  const [told] = log.filter(({ event }) => event.type === 'run.cancelling')
  const [ended] = log.filter(({ kind, event }) => kind === 'task' && event.type === 'task.cancelled')
  // Its first write says so, before any of the 10,000 is looked at.
  expect(log.indexOf(told!)).toBeLessThan(log.indexOf(ended!))
  expect((await slotsIn(played)).filter(({ job, bill }) => job !== null && bill === null)).toStrictEqual([])
}, 120_000)

describe('31: dependency groups', () => {
  test('1 → many → 1, and many × many through one group, have no record that everybody writes', async () => {
    //  A[1,500] ─▶ B[1,500] ─▶ C: each of B after all of A
    const workflow = dag('A, B, C', {
      A: { forEach: over({ n: numbers(1_500) }), outputs: leaves('out') },
      B: { needs: ['A'], forEach: over({ n: numbers(1_500) }), outputs: leaves('out') },
      C: { needs: ['B'] },
    })
    const played = await play(workflow, {
      world: 'machine',
      vcpus: 100_000,
      conditions: { calmAfterMs: 0, latencyMs: 1 },
      script:
        () =>
        async ({ task }) => ({ takesS: 5, outputs: { out: task } }),
      mostEvents: 10_000_000,
    })

    expect(played.breaches).toStrictEqual([])
    expect((await runOf(played)).state).toBe('succeeded')
    const { items: groups } = await played.store.rows.list(played.runs[0]!, 'group', { limit: 10_000 })
    // One write a member, one that says it is started.
    expect(Math.max(...groups.map(({ version }) => version))).toBeLessThanOrEqual(101)
  }, 120_000)
})
