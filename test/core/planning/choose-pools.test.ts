import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePools, meets } from '#core/planning/choose-pools.ts'
import type { Pool } from '#core/pools/pool.ts'
import { sizeIn } from '#core/pools/size.ts'
import { predict } from '#core/prediction/predict.ts'
import { task } from '../../builders/dag.ts'
import { aPool } from '../pools/a-pool.ts'
import { poolSets, resources, wishes } from './random-pools.ts'

const perVcpu = (usdPerVcpuHour: number) => ({ usdPerVcpuHour, usdPerGiBHour: 0, usdPerGpuHour: 0 })
const lasting = (durationS: number) => predict([], { durationS }, { vcpus: 1, memoryMiB: 64, gpus: 0 })
const ids = (options: ReturnType<typeof choosePools>): readonly string[] => options.map(({ pool }) => pool.id)

describe('the choice of pools', () => {
  const hot = aPool('hot', { price: perVcpu(0.04) })
  const warm = aPool('warm', { tier: 'warm', startDelayS: 30, price: perVcpu(0.02) })
  const cold = aPool('cold', { tier: 'cold', startDelayS: 120, price: perVcpu(0.01) })

  it.each([
    [100, true, ['hot', 'warm', 'cold']],
    [50, true, ['hot', 'warm', 'cold']],
    [100, false, ['hot', 'warm', 'cold']],
    [15, false, ['warm', 'hot', 'cold']],
    [1, true, ['warm', 'hot', 'cold']],
    [2, false, ['cold', 'warm', 'hot']],
    [0, true, ['cold', 'warm', 'hot']],
  ] as const)('at priority %d, on the critical path: %o, prefers %o', (priority, onCriticalPath, order) => {
    const options = choosePools(task('A'), [cold, warm, hot], lasting(60), { priority, onCriticalPath })
    expect(ids(options)).toStrictEqual(order)
  })

  it.each([
    ['nothing', {}, {}, ['cpu', 'spot', 'warm']],
    ['a tier', { tier: 'warm' }, {}, ['warm']],
    ['a purchase', { purchase: 'spot' }, {}, ['spot']],
    ['on-demand', { purchase: 'on-demand' }, {}, ['cpu', 'warm']],
    ['GPUs by size', {}, { gpus: 1 }, ['gpu']],
    ['GPUs by name', { accelerator: 'gpu' }, {}, ['gpu']],
    ['no GPUs by name, and one by size', { accelerator: 'cpu' }, { gpus: 1 }, []],
    ['more than one pool has', {}, { vcpus: 3 }, ['warm']],
    ['more than any has', {}, { vcpus: 5 }, []],
    ['what nobody has', { tier: 'cold', purchase: 'spot' }, {}, []],
  ] as const)('is among those that meet the wish for %s', (_, pool, size, expected) => {
    const pools = [
      aPool('cpu', { vcpus: 2 }),
      aPool('spot', { vcpus: 2, purchase: 'spot' }),
      aPool('warm', { vcpus: 4, tier: 'warm' }),
      aPool('gpu', { vcpus: 2, accelerator: 'gpu', gpus: 1 }),
    ]
    const asking = task('A', { pool, resources: { vcpus: 1, memoryMiB: 64, gpus: 0, ...size } })
    const options = choosePools(asking, pools, lasting(60), { priority: 50, onCriticalPath: true })
    expect(ids(options).toSorted()).toStrictEqual(expected)
  })

  it('counts what reclaims are expected to throw away, in time and money', () => {
    const steady = aPool('steady', { startDelayS: 10, price: perVcpu(3.6) })
    const spot = { ...steady, id: 'spot', purchase: 'spot', reclaimsPerHour: 0.5 } as const
    const options = choosePools(task('A'), [spot, steady], lasting(3600), { priority: 50, onCriticalPath: true })
    expect(ids(options)).toStrictEqual(['steady', 'spot'])
    // Half a reclaim is expected: half of the work again for half of them, and the start delay again.
    expect(options[0]).toMatchObject({ finishS: 3610, costUsd: 3.6 })
    expect(options[1]).toMatchObject({ finishS: 3610 + 0.5 * (10 + 1800), costUsd: 3.6 * 1.25 })
  })

  it('leaves ties to time, then to the id', () => {
    const late = aPool('a', { startDelayS: 5 })
    const options = choosePools(task('A'), [aPool('c'), late, aPool('b')], lasting(60), {
      priority: 0,
      onCriticalPath: true,
    })
    expect(ids(options)).toStrictEqual(['b', 'c', 'a'])
  })

  const runs = fc.record({ priority: fc.nat(100), onCriticalPath: fc.boolean() })
  const seconds = fc.integer({ min: 0, max: 10_000 })

  it('holds every pool that fits and meets the wish, and no other, best score first', () => {
    fc.assert(
      fc.property(poolSets, wishes, resources, runs, seconds, (pools, pool, size, run, durationS) => {
        const options = choosePools(task('A', { pool, resources: size }), pools, lasting(durationS), run)
        const able = pools.filter(
          (one) =>
            sizeIn(one, size) !== undefined &&
            one.accelerator === (pool.accelerator ?? (size.gpus > 0 ? 'gpu' : 'cpu')) &&
            [undefined, one.tier].includes(pool.tier) &&
            [undefined, one.purchase].includes(pool.purchase),
        )
        expect(ids(options).toSorted()).toStrictEqual(able.map(({ id }) => id).toSorted())
        expect(pools.filter((one) => meets(one, pool, size))).toStrictEqual(able)
        const scores = options.map(({ scoreUsd }) => scoreUsd)
        expect(scores).toStrictEqual(scores.toSorted((a, b) => a - b))
      }),
    )
  })

  it('never scores a pool better for asking more or starting later', () => {
    const dearer = fc.record({ cents: fc.nat(100), delayS: seconds })
    fc.assert(
      fc.property(poolSets, runs, seconds, dearer, ([pool], run, durationS, more) => {
        const now: Pool = { ...(pool as Pool), platform: { kind: 'machine' } }
        const { price, startDelayS } = now
        const worse = {
          ...now,
          startDelayS: startDelayS + more.delayS,
          price: { ...price, usdPerVcpuHour: price.usdPerVcpuHour + more.cents / 100 },
        }
        const gpus = now.accelerator === 'gpu' ? 1 : 0
        const small = task('A', { resources: { vcpus: 0.1, memoryMiB: 1, gpus } })
        const score = (of: Pool) => choosePools(small, [of], lasting(durationS), run)[0]?.scoreUsd as number
        expect(score(now)).toBeLessThanOrEqual(score(worse))
      }),
    )
  })

  it('counts what a clone is given where it is more than what it asks for', () => {
    const small = task('A', { resources: { vcpus: 0.5, memoryMiB: 700, gpus: 0 } })
    const half = (platform: Pool['platform']) =>
      choosePools(small, [{ ...hot, platform }], lasting(3600), { priority: 0, onCriticalPath: true })[0]
    const hosts = [{ vcpus: 2, memoryMiB: 3800, gpus: 0 }]
    expect(half({ kind: 'machine' })).toMatchObject({ costUsd: 0.02, size: { reason: null } })
    expect(half({ kind: 'EC2', hosts })).toMatchObject({ costUsd: 0.04, size: { vcpus: 1, memoryMiB: 700 } })
    expect(half({ kind: 'FARGATE' })).toMatchObject({ costUsd: 0.02, size: { vcpus: 0.5, memoryMiB: 1024 } })
  })

  it('does not depend on the order of the pools', () => {
    fc.assert(
      fc.property(poolSets, runs, seconds, (pools, run, durationS) => {
        const choose = (from: readonly Pool[]) => choosePools(task('A'), from, lasting(durationS), run)
        expect(choose(pools.toReversed())).toStrictEqual(choose(pools))
      }),
    )
  })
})
