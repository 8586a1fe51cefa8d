import { describe, expect, it } from 'vitest'
import type { Reclaim } from '#core/pools/emulation.ts'
import { emulatedPool, jobOf, runId } from '../../builders/emulation.ts'
import { machineOf, openBench } from '../../builders/pools-bench.ts'

const spot = (reclaim: Reclaim, changes = {}) =>
  emulatedPool('warm-cpu-spot', { purchase: 'spot', vcpus: 4, memoryMiB: 8192, reclaim, ...changes })
const steady = emulatedPool('cold-cpu', { vcpus: 4, memoryMiB: 8192 })
const onSpot = (task: string, run = runId()) => jobOf(task, 'warm-cpu-spot', {}, run)
const hostTerminated = /^Host EC2 \(instance i-0[0-9a-f]{16}\) terminated\.$/

describe('a reclaim', () => {
  const nth = spot({ kind: 'nth', nth: 2, afterS: 1 })

  it('ends the body at once and is told in the words of Batch, with no exit code', async () => {
    const bench = openBench([nth], machineOf(4))
    await bench.emulator.submit([onSpot('a'), onSpot('b')])
    await bench.settle()
    const body = bench.body('b')
    await bench.clock.advance(1_000)
    expect(body.told()).toStrictEqual({ kind: 'reclaim' })
    expect(bench.ended).toMatchObject([{ slot: { task: 'b' }, atMs: 1_000, billedS: 1, exitCode: null }])
    expect(bench.ended[0]?.reason).toMatch(hostTerminated)
    expect(bench.running()).toStrictEqual(['a'])
  })

  it('is told once the body has ended, and holds the place until then', async () => {
    const bench = openBench([nth], machineOf(4), { stubborn: true })
    await bench.emulator.submit([onSpot('a'), onSpot('b')])
    await bench.clock.advance(2_000)
    expect(bench.ended).toStrictEqual([])
    expect((await bench.emulator.capacity()).total.vcpus).toBe(2)
    bench.body('b').finish({ exitCode: 137, reason: 'killed' })
    await bench.settle()
    expect(bench.ended).toMatchObject([{ exitCode: null, billedS: 2 }])
    expect((await bench.emulator.capacity()).total.vcpus).toBe(3)
  })

  it('comes too late for a job that has ended', async () => {
    const bench = openBench([nth], machineOf(4))
    await bench.emulator.submit([onSpot('a'), onSpot('b')])
    await bench.clock.advance(500)
    bench.body('b').finish()
    await bench.clock.advance(5_000)
    expect(bench.ended).toMatchObject([{ slot: { task: 'b' }, exitCode: 0 }])
    expect(bench.clock.pending).toBe(0)
  })

  it('does not take the word from a stop that came first', async () => {
    const bench = openBench([nth], machineOf(4), { stubborn: true })
    await bench.emulator.submit([onSpot('a'), onSpot('b')])
    await bench.settle()
    const body = bench.body('b')
    await bench.emulator.terminate([onSpot('b').job], 'another clone won')
    await bench.clock.advance(2_000)
    expect(body.told()).toStrictEqual({ kind: 'stop', graceS: 10 })
    body.finish({ exitCode: 137, reason: 'killed' })
    await bench.settle()
    expect(bench.ended).toMatchObject([{ exitCode: 137, reason: 'another clone won' }])
  })
})

describe('the n-th job of a pool', () => {
  it('is counted in each run, by starts in that pool', async () => {
    const bench = openBench([spot({ kind: 'nth', nth: 2, afterS: 1 }), steady], machineOf(8))
    const other = runId('00000002')
    await bench.emulator.submit([
      onSpot('a'),
      jobOf('elsewhere', 'cold-cpu'),
      onSpot('x', other),
      onSpot('b'),
      onSpot('y', other),
    ])
    await bench.clock.advance(10_000)
    expect(bench.ended.map(({ slot }) => slot.task)).toStrictEqual(['b', 'y'])
    expect(bench.running()).toStrictEqual(['a', 'elsewhere', 'x'])
  })
})

describe('a rate', () => {
  it('takes the same jobs at the same moments in each emulation', async () => {
    const reclaims = async () => {
      const bench = openBench([spot({ kind: 'rate', perHour: 60 })], machineOf(4))
      await bench.emulator.submit(['a', 'b', 'c', 'd'].map((task) => onSpot(task)))
      await bench.clock.advance(3_600_000)
      return bench.ended.map(({ slot, atMs }) => `${slot.task}@${atMs}`)
    }
    const first = await reclaims()
    expect(first.length).toBe(4)
    expect(new Set(first.map((entry) => entry.slice(1))).size).toBe(4)
    expect(await reclaims()).toStrictEqual(first)
  })

  it('is kept over many jobs', async () => {
    const bench = openBench(
      [spot({ kind: 'rate', perHour: 6 }, { vcpus: 500, memoryMiB: 1_000_000 })],
      machineOf(500, 1_000_000),
    )
    await bench.emulator.submit(Array.from({ length: 500 }, (_, index) => onSpot(`t${index}`)))
    await bench.clock.advance(600_000)
    // 1 - 1/e of them within the mean; four standard errors around it.
    expect(Math.abs(bench.ended.length - 500 * (1 - Math.exp(-1)))).toBeLessThan(4 * 10.8)
  })
})

describe('a trace', () => {
  const trace = (...available: (0 | 1)[]): Reclaim => ({ kind: 'trace', trace: { available, tickMs: 10_000 } })

  it('takes exactly the jobs that run in its pool, and none of another', async () => {
    const bench = openBench([spot(trace(1, 1, 0, 0, 0, 0)), steady], machineOf(8))
    await bench.emulator.submit([onSpot('a'), onSpot('b'), onSpot('early'), jobOf('elsewhere', 'cold-cpu')])
    await bench.clock.advance(19_999)
    bench.body('early').finish()
    await bench.settle()
    await bench.clock.advance(1)
    const [early, ...taken] = bench.ended
    expect(early).toMatchObject({ slot: { task: 'early' }, exitCode: 0 })
    expect(taken.map(({ slot }) => slot.task)).toStrictEqual(['a', 'b'])
    for (const { reason, exitCode, atMs } of taken) {
      expect([exitCode, atMs]).toStrictEqual([null, 20_000])
      expect(reason).toMatch(hostTerminated)
    }
    expect(bench.running()).toStrictEqual(['elsewhere'])
  })

  it('leaves the pool without room until hosts can be had again', async () => {
    const bench = openBench([spot(trace(1, 0, 1)), steady], machineOf(8))
    const free = async () => (await bench.emulator.capacity()).pools['warm-cpu-spot']?.vcpus
    expect(await free()).toBe(4)
    await bench.clock.advance(10_000)
    expect(await free()).toBe(0)
    await bench.emulator.submit([onSpot('a')])
    await bench.clock.advance(9_999)
    expect(bench.running()).toStrictEqual([])
    await bench.clock.advance(1)
    expect(bench.running()).toStrictEqual(['a'])
    expect(await free()).toBe(3)
  })

  it('may begin without hosts', async () => {
    const bench = openBench([spot(trace(0, 1))], machineOf(8))
    expect((await bench.emulator.capacity()).pools['warm-cpu-spot']?.vcpus).toBe(0)
    await bench.clock.advance(10_000)
    expect((await bench.emulator.capacity()).pools['warm-cpu-spot']?.vcpus).toBe(4)
  })

  it('sends jobs whose host was still to come back to the queue, before later ones', async () => {
    const slow = { vcpus: 1, startDelay: { kind: 'fixed', seconds: 5 } } as const
    const bench = openBench([spot(trace(1, 0, 1, 1, 1, 1), slow)], machineOf(8))
    await bench.clock.advance(8_000)
    await bench.emulator.submit([onSpot('a'), onSpot('b')])
    await bench.clock.advance(16_999)
    expect([bench.bodies.length, bench.ended.length]).toStrictEqual([0, 0])
    await bench.clock.advance(1)
    expect(bench.running()).toStrictEqual(['a'])
    expect(bench.body('a').startedAtMs).toBe(25_000)
  })

  it('stops when the pools are closed', async () => {
    const bench = openBench([spot(trace(1, 0))], machineOf(8))
    await bench.emulator.close({ drainS: 0 })
    expect(bench.clock.pending).toBe(0)
  })
})
