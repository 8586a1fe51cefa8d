import { describe, expect, it } from 'vitest'
import { engineStopped } from '#adapters/local/pools/emulated-pools.ts'
import { emulatedPool, jobOf } from '../../builders/emulation.ts'
import { machineOf, openBench } from '../../builders/pools-bench.ts'
import { poolsContract } from '../../contracts/pools.ts'

const warm = (vcpus = 2, changes = {}) => emulatedPool('warm-cpu', { vcpus, memoryMiB: 8192, ...changes })
const cold = (vcpus = 4, changes = {}) => emulatedPool('cold-cpu', { vcpus, memoryMiB: 8192, ...changes })

poolsContract(async () => {
  const bench = openBench([warm(2, { spillsTo: ['cold-cpu'] }), cold()], machineOf(4))
  const request = (name: string) => jobOf(name, 'warm-cpu')
  return {
    pools: bench.emulator,
    request,
    settle: bench.settle,
    begun: (name) => bench.bodies.filter((body) => body.request.job === request(name).job).length,
    finish: (name, exitCode) => bench.body(name).finish({ exitCode, reason: 'Essential container in task exited' }),
    told: () => [...bench.ended],
    close: () => bench.emulator.close({ drainS: 0 }),
  }
})

describe('starting', () => {
  it('takes the start delay of the pool, and holds the place meanwhile', async () => {
    const { clock, emulator, running } = openBench(
      [warm(2, { startDelay: { kind: 'fixed', seconds: 2 } })],
      machineOf(4),
    )
    await emulator.submit([jobOf('a', 'warm-cpu')])
    await clock.advance(1_999)
    expect(running()).toStrictEqual([])
    expect((await emulator.capacity()).pools['warm-cpu']?.vcpus).toBe(1)
    expect((await emulator.capacity()).total.vcpus).toBe(3)
    await clock.advance(1)
    expect(running()).toStrictEqual(['a'])
  })

  it('is not billed: the bill counts from the start of the body', async () => {
    const bench = openBench([warm(2, { startDelay: { kind: 'fixed', seconds: 2 } })], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.clock.advance(5_500)
    bench.body('a').finish()
    await bench.settle()
    expect(bench.ended).toStrictEqual([
      {
        job: jobOf('a', 'warm-cpu').job,
        slot: jobOf('a', 'warm-cpu').slot,
        pool: 'warm-cpu',
        atMs: 5_500,
        billedS: 3.5,
        exitCode: 0,
        reason: 'Essential container in task exited',
      },
    ])
  })

  it('varies with the slot when given by quantiles, and is the same again in another emulation', async () => {
    const starts = async () => {
      const pool = cold(4, { startDelay: { kind: 'quantiles', p50S: 2, p90S: 5 } })
      const { clock, emulator, bodies } = openBench([pool], machineOf(4))
      await emulator.submit(['a', 'b', 'c'].map((task) => jobOf(task, 'cold-cpu')))
      await clock.runOut()
      return bodies.map(({ request, startedAtMs }) => `${request.slot.task}@${startedAtMs}`)
    }
    const first = await starts()
    expect(new Set(first.map((entry) => entry.slice(1))).size).toBe(3)
    expect(await starts()).toStrictEqual(first)
  })
})

describe('waiting', () => {
  it('is in order of submission within a pool, large before small', async () => {
    const bench = openBench([warm(2)], machineOf(4))
    await bench.emulator.submit([
      jobOf('a', 'warm-cpu'),
      jobOf('wide', 'warm-cpu', { vcpus: 2 }),
      jobOf('b', 'warm-cpu'),
      jobOf('c', 'warm-cpu'),
    ])
    await bench.settle()
    expect(bench.running()).toStrictEqual(['a'])
    bench.body('a').finish()
    await bench.settle()
    expect(bench.running()).toStrictEqual(['wide'])
    bench.body('wide').finish()
    await bench.settle()
    expect(bench.running()).toStrictEqual(['b', 'c'])
  })

  it('in one pool does not hold up another one', async () => {
    const bench = openBench([warm(1), cold(1)], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu'), jobOf('c', 'cold-cpu')])
    await bench.settle()
    expect(bench.running()).toStrictEqual(['a', 'c'])
  })

  it('for the machine keeps its turn: small jobs of other pools do not overtake a large one', async () => {
    const bench = openBench([warm(2), cold(2)], machineOf(2))
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.emulator.submit([jobOf('wide', 'cold-cpu', { vcpus: 2 })])
    await bench.emulator.submit([jobOf('b', 'warm-cpu')])
    await bench.settle()
    expect(bench.running()).toStrictEqual(['a'])
    bench.body('a').finish()
    await bench.settle()
    expect(bench.running()).toStrictEqual(['wide'])
  })

  it('never begins for a job that no room could ever hold: it ends at once', async () => {
    const bench = openBench([warm(2), cold(8)], machineOf(4))
    await bench.emulator.submit([
      jobOf('wide', 'warm-cpu', { vcpus: 3 }),
      jobOf('wider', 'cold-cpu', { vcpus: 6 }),
      jobOf('gpu', 'warm-cpu', { gpus: 1 }),
      jobOf('a', 'warm-cpu'),
    ])
    await bench.settle()
    expect(bench.running()).toStrictEqual(['a'])
    expect(bench.ended.map(({ slot, exitCode, billedS }) => [slot.task, exitCode, billedS])).toStrictEqual([
      ['wide', null, 0],
      ['wider', null, 0],
      ['gpu', null, 0],
    ])
    expect(bench.ended[0]?.reason).toMatch(/^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - 3 vCPUs.*warm-cpu/)
  })
})

describe('capacity', () => {
  it('is the least of what the pool and the machine have', async () => {
    const { emulator } = openBench([warm(2), cold(4)], machineOf(3, 1024))
    await emulator.submit([jobOf('a', 'cold-cpu', { vcpus: 1.5, memoryMiB: 256 })])
    expect(await emulator.capacity()).toStrictEqual({
      pools: {
        'warm-cpu': { vcpus: 1.5, memoryMiB: 768, gpus: 0 },
        'cold-cpu': { vcpus: 1.5, memoryMiB: 768, gpus: 0 },
      },
      total: { vcpus: 1.5, memoryMiB: 768, gpus: 0 },
    })
  })

  it('is nothing in a pool whose queue holds a job, since that one goes first', async () => {
    const { emulator } = openBench([warm(2), cold(4)], machineOf(6))
    await emulator.submit([jobOf('a', 'warm-cpu'), jobOf('wide', 'warm-cpu', { vcpus: 2 })])
    const { pools } = await emulator.capacity()
    expect(pools['warm-cpu']?.vcpus).toBe(0)
    expect(pools['cold-cpu']?.vcpus).toBe(4)
  })

  it('is nothing anywhere while a job waits for the machine', async () => {
    const { emulator } = openBench([warm(2), cold(2)], machineOf(2))
    await emulator.submit([jobOf('a', 'warm-cpu'), jobOf('wide', 'cold-cpu', { vcpus: 2 })])
    const { pools, total } = await emulator.capacity()
    expect([total.vcpus, pools['warm-cpu']?.vcpus, pools['cold-cpu']?.vcpus]).toStrictEqual([0, 0, 0])
  })
})

describe('ending on request', () => {
  it('tells a running body to stop, with a grace, and keeps its exit code', async () => {
    const bench = openBench([warm()], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.settle()
    const body = bench.body('a')
    await bench.emulator.terminate([jobOf('a', 'warm-cpu').job], 'another clone won')
    await bench.settle()
    expect(body.told()).toStrictEqual({ kind: 'stop', graceS: 10 })
    expect(bench.ended).toMatchObject([{ exitCode: 143, reason: 'another clone won' }])
  })

  it('holds the place until the body has ended', async () => {
    const bench = openBench([warm(1)], machineOf(4), { stubborn: true })
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu')])
    await bench.settle()
    await bench.emulator.terminate([jobOf('a', 'warm-cpu').job], 'another clone won')
    await bench.settle()
    expect(bench.running()).toStrictEqual(['a'])
    expect(bench.ended).toStrictEqual([])
    bench.body('a').finish({ exitCode: 137, reason: 'killed' })
    await bench.settle()
    expect(bench.running()).toStrictEqual(['b'])
  })

  it('ends what waits or starts at once, and lets others in', async () => {
    const slow = { startDelay: { kind: 'fixed', seconds: 60 } } as const
    const bench = openBench([warm(1, slow)], machineOf(4))
    await bench.emulator.submit(['a', 'b', 'c'].map((task) => jobOf(task, 'warm-cpu')))
    await bench.emulator.terminate([jobOf('a', 'warm-cpu').job, jobOf('b', 'warm-cpu').job], 'run cancelled')
    await bench.clock.advance(60_000)
    expect(bench.ended).toMatchObject([
      { slot: { task: 'a' }, exitCode: null, billedS: 0, reason: 'run cancelled' },
      { slot: { task: 'b' }, exitCode: null, billedS: 0, reason: 'run cancelled' },
    ])
    expect(bench.running()).toStrictEqual(['c'])
  })
})

describe('what is remembered of jobs that have ended', () => {
  it('is bounded: the oldest are forgotten', async () => {
    const bench = openBench([warm()], machineOf(4))
    await bench.emulator.close({ drainS: 0 })
    const job = (index: number) => ({ ...jobOf('a', 'warm-cpu'), job: `job-${index}` })
    await bench.emulator.submit(Array.from({ length: 10_001 }, (_, index) => job(index)))
    const known = await bench.emulator.jobs(['job-0', 'job-1', 'job-10000'])
    expect(known.map(({ job: name, state }) => [name, state])).toStrictEqual([
      ['job-1', 'ended'],
      ['job-10000', 'ended'],
    ])
  })
})

describe('failures around a job', () => {
  it('a body that throws is a job that failed to start, and is reported', async () => {
    const bench = openBench([warm(1)], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu')])
    await bench.settle()
    const failure = new Error('no room left on the disk')
    bench.body('a').fail(failure)
    await bench.settle()
    expect(bench.errors).toStrictEqual([failure])
    expect(bench.ended).toMatchObject([{ exitCode: null, reason: 'Task failed to start' }])
    expect(bench.running()).toStrictEqual(['b'])
  })

  it('a listener that throws is reported, and stops nothing', async () => {
    const failure = new Error('the store is away')
    const bench = openBench([warm(1)], machineOf(4), { onEnded: () => Promise.reject(failure) })
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu')])
    await bench.settle()
    bench.body('a').finish()
    await bench.settle()
    expect(bench.errors).toStrictEqual([failure])
    expect(bench.running()).toStrictEqual(['b'])
  })

  it('a listener finds the room of the ended job already given on', async () => {
    let free: number | undefined
    const bench = openBench([warm(1)], machineOf(4), {
      onEnded: async () => {
        free = (await bench.emulator.capacity()).pools['warm-cpu']?.vcpus
      },
    })
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu')])
    await bench.settle()
    bench.body('a').finish()
    await bench.settle()
    expect(free).toBe(0)
  })
})

describe('closing', () => {
  it('ends what has not started and waits for what runs', async () => {
    const bench = openBench([warm(1)], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu'), jobOf('b', 'warm-cpu')])
    await bench.settle()
    let closed = false
    const closing = bench.emulator.close({ drainS: 10 }).then(() => {
      closed = true
    })
    await bench.clock.advance(4_000)
    expect(bench.ended).toMatchObject([{ slot: { task: 'b' }, exitCode: null, reason: engineStopped }])
    expect(closed).toBe(false)

    bench.body('a').finish()
    await closing

    expect(bench.ended[1]).toMatchObject({ slot: { task: 'a' }, exitCode: 0 })
    expect(bench.clock.pending).toBe(0)
  })

  it('interrupts what still runs after the drain', async () => {
    const bench = openBench([warm()], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.settle()
    const body = bench.body('a')
    const closing = bench.emulator.close({ drainS: 10 })
    await bench.clock.advance(9_999)
    expect(body.told()).toBeUndefined()
    await bench.clock.advance(1)
    await closing
    expect(body.told()).toStrictEqual({ kind: 'interrupt', graceS: 10 })
    expect(bench.ended).toMatchObject([{ exitCode: 143, reason: engineStopped }])
  })

  it('can be hurried by a second call', async () => {
    const bench = openBench([warm()], machineOf(4))
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.settle()
    const body = bench.body('a')
    const closing = bench.emulator.close({ drainS: 10 })
    await bench.emulator.close({ drainS: 0 })
    await closing
    expect(body.told()).toStrictEqual({ kind: 'interrupt', graceS: 10 })
    expect(bench.clock.pending).toBe(0)
  })

  it('leaves no room, and ends what is submitted later', async () => {
    const bench = openBench([warm()], machineOf(4))
    await bench.emulator.close({ drainS: 0 })
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.settle()
    const { pools, total } = await bench.emulator.capacity()
    expect([total.vcpus, pools['warm-cpu']?.vcpus]).toStrictEqual([0, 0])
    expect(bench.ended).toMatchObject([{ exitCode: null, reason: engineStopped }])
    expect(bench.bodies).toStrictEqual([])
  })

  it('is over only when the last end has been told', async () => {
    const told = Promise.withResolvers<void>()
    const bench = openBench([warm()], machineOf(4), { onEnded: () => told.promise })
    await bench.emulator.submit([jobOf('a', 'warm-cpu')])
    await bench.settle()
    let closed = false
    const closing = bench.emulator.close({ drainS: 0 }).then(() => {
      closed = true
    })
    await bench.settle()
    expect([bench.ended.length, closed]).toStrictEqual([1, false])
    told.resolve()
    await closing
    expect(closed).toBe(true)
  })
})
