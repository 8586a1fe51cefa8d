import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costUsd } from '#core/pools/cost.ts'
import { classOf, defaultPool, defaultPools } from '#core/pools/pool-defaults.ts'

const laptop = { vcpus: 2, memoryMiB: 6144, gpus: 0 }

describe('the default pools', () => {
  it('fit a machine of two processors', () => {
    const table = defaultPools(laptop).map(({ pool }) => [
      pool.id,
      pool.vcpus,
      pool.memoryMiB,
      pool.startDelayS,
      pool.spillsTo.join(' '),
    ])
    expect(table).toStrictEqual([
      ['hot-cpu', 1, 3072, 0, 'warm-cpu cold-cpu'],
      ['warm-cpu', 2, 6144, 0.5, 'cold-cpu'],
      ['cold-cpu', 2, 6144, 2, ''],
      ['warm-cpu-spot', 2, 6144, 0.5, 'cold-cpu-spot'],
      ['cold-cpu-spot', 2, 6144, 2, ''],
    ])
  })

  it('never exceed the machine, and leave room for a clone of the default size in each pool', () => {
    const machine = fc.record({
      vcpus: fc.integer({ min: 1, max: 192 }),
      memoryMiB: fc.integer({ min: 1024, max: 1_000_000 }),
      gpus: fc.integer({ min: 0, max: 8 }),
    })
    fc.assert(
      fc.property(machine, (room) => {
        for (const { pool } of defaultPools(room)) {
          expect(pool.vcpus).toBeLessThanOrEqual(room.vcpus)
          expect(pool.memoryMiB).toBeLessThanOrEqual(room.memoryMiB)
          expect(pool.vcpus).toBeGreaterThanOrEqual(1)
          expect(pool.gpus).toBe(0)
        }
      }),
    )
  })

  it('grow colder with size', () => {
    const [hot, warm, cold] = defaultPools({ vcpus: 16, memoryMiB: 65_536, gpus: 0 }).map(({ pool }) => pool)
    expect([hot?.vcpus, warm?.vcpus, cold?.vcpus]).toStrictEqual([2, 8, 16])
  })

  it('ask what a c7i.large costs for its size, and less on spot', () => {
    const large = { vcpus: 2, memoryMiB: 4096, gpus: 0 }
    const [hot, , , spot] = defaultPools(laptop).map(({ pool }) => pool)
    expect(costUsd(large, hot!.price, 3600)).toBeCloseTo(0.0892, 4)
    expect(costUsd(large, spot!.price, 3600) / 0.0892).toBeCloseTo(0.4, 2)
  })

  it('lose hosts on spot only, and all say that they are emulated', () => {
    for (const { pool } of defaultPools(laptop)) {
      expect(pool.reclaimsPerHour > 0).toBe(pool.purchase === 'spot')
      expect(pool.emulated).toBe(true)
    }
  })

  it('have GPUs in pools of GPUs only', () => {
    const machine = { vcpus: 8, memoryMiB: 32_768, gpus: 2 }
    const id = 'warm-gpu'
    expect(defaultPool(id, classOf(id)!, machine).pool.gpus).toBe(2)
  })
})

describe('the class in an id', () => {
  it('is read from the name', () => {
    expect(classOf('warm-cpu')).toStrictEqual({ tier: 'warm', accelerator: 'cpu', purchase: 'on-demand' })
    expect(classOf('cold-gpu-spot')).toStrictEqual({ tier: 'cold', accelerator: 'gpu', purchase: 'spot' })
  })

  it.each(['warm', 'tepid-cpu', 'hot-cpu-spotty', 'my-hot-cpu', ''])('is not in %o', (id) => {
    expect(classOf(id)).toBeUndefined()
  })
})

it('a pool of a tier that this version does not know is not guessed', () => {
  const tepid = { tier: 'tepid' as 'hot', accelerator: 'cpu', purchase: 'spot' } as const
  expect(() => defaultPool('tepid-cpu', tepid, laptop)).toThrow('unexpected value: "tepid"')
})
