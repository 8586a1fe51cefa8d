import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EmulatedPool, Reclaim, StartDelay } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import type { JobRequest } from '#ports/pools.ts'
import { emulatedPool, jobOf } from '../../builders/emulation.ts'
import { openBench } from '../../builders/pools-bench.ts'

const vcpus = fc.constantFrom(0.1, 0.25, 0.5, 1, 1.5, 2, 3)
const memoryMiB = fc.constantFrom(64, 128, 512, 1000, 2048)
const startDelay = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), seconds: fc.constantFrom(0, 0.5, 2) }),
  fc.constant<StartDelay>({ kind: 'quantiles', p50S: 1, p90S: 4 }),
)
const reclaim = fc.oneof(
  fc.constant<Reclaim>({ kind: 'never' }),
  fc.constant<Reclaim>({ kind: 'rate', perHour: 600 }),
  fc.constant<Reclaim>({ kind: 'nth', nth: 2, afterS: 0.5 }),
  fc.record({
    kind: fc.constant('trace' as const),
    trace: fc.record({
      available: fc
        .array(fc.constantFrom<0 | 1>(0, 1), { minLength: 1, maxLength: 6 })
        .map((ticks) => [...ticks, 1 as const]),
      tickMs: fc.constantFrom(700, 3_000),
    }),
  }),
)
const room = fc.record({
  vcpus: fc.constantFrom(1, 2, 4),
  memoryMiB: fc.constantFrom(1024, 4096),
  gpus: fc.constant(0),
})
const pools = fc
  .array(fc.record({ room, startDelay, reclaim }), { minLength: 1, maxLength: 3 })
  .map((all) => all.map((one, index) => emulatedPool(`p${index}`, { ...one.room, ...one })))

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), pool: fc.nat(2), vcpus, memoryMiB }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), job: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finish' as const), job: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), job: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(3_000) }) },
)

it('no stream of jobs takes more than a pool or the machine has, and each job ends exactly once', async () => {
  const stream = fc.record({
    pools,
    machine: room,
    stubborn: fc.boolean(),
    actions: fc.array(action, { maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(stream, async ({ pools: configs, machine, stubborn, actions }) => {
      const bench = openBench(configs, machine, { stubborn })
      const submitted: JobRequest[] = []
      const check = () => assertRoomKept(configs, machine, bench)

      for (const step of actions) {
        if (step.kind === 'submit') {
          const pool = configs[step.pool % configs.length]!.pool.id
          const job = jobOf(`t${submitted.length}`, pool, { vcpus: step.vcpus, memoryMiB: step.memoryMiB })
          submitted.push(job)
          await bench.emulator.submit([job])
        } else if (step.kind === 'again') {
          const living = submitted.filter(({ job }) => !bench.ended.some((end) => end.job === job))
          if (living.length > 0) await bench.emulator.submit([living[step.job % living.length]!])
        } else if (step.kind === 'finish') {
          const live = [...bench.live]
          if (live.length > 0) live[step.job % live.length]!.finish()
        } else if (step.kind === 'terminate') {
          const job = submitted[step.job % Math.max(1, submitted.length)]
          if (job !== undefined) await bench.emulator.terminate([job.job], 'stop')
        } else {
          await bench.clock.advance(step.ms)
        }
        await bench.settle()
        await check()
      }

      const closing = bench.emulator.close({ drainS: 1 })
      await bench.clock.advance(1_000)
      for (const body of bench.live) body.finish()
      await closing
      expect(bench.live.size).toBe(0)
      expect(bench.clock.pending).toBe(0)
      expect(bench.errors).toStrictEqual([])
      expect(bench.ended.map(({ job }) => job).toSorted()).toStrictEqual(submitted.map(({ job }) => job).toSorted())
      expect(new Set(bench.bodies.map(({ request }) => request.job)).size).toBe(bench.bodies.length)
    }),
    { numRuns: 150 },
  )
})

async function assertRoomKept(
  configs: readonly EmulatedPool[],
  machine: Room,
  bench: ReturnType<typeof openBench>,
): Promise<void> {
  const used = (pool?: string) => {
    const resources = [...bench.live]
      .map(({ request }) => request)
      .filter((request) => pool === undefined || request.pool === pool)
      .map((request) => request.resources)
    return {
      vcpus: resources.reduce((sum, each) => sum + each.vcpus, 0),
      memoryMiB: resources.reduce((sum, each) => sum + each.memoryMiB, 0),
    }
  }
  const within = (what: Pick<Room, 'vcpus' | 'memoryMiB'>, limit: Room) => {
    expect(what.vcpus).toBeLessThanOrEqual(limit.vcpus + 1e-6)
    expect(what.memoryMiB).toBeLessThanOrEqual(limit.memoryMiB)
  }
  const capacity = await bench.emulator.capacity()
  within(used(), machine)
  for (const { pool } of configs) {
    const free = capacity.pools[pool.id]!
    const taken = used(pool.id)
    within(taken, pool)
    expect(Math.min(free.vcpus, free.memoryMiB, free.gpus)).toBeGreaterThanOrEqual(0)
    within({ vcpus: taken.vcpus + free.vcpus, memoryMiB: taken.memoryMiB + free.memoryMiB }, pool)
    within({ vcpus: used().vcpus + free.vcpus, memoryMiB: used().memoryMiB + free.memoryMiB }, machine)
  }
}
