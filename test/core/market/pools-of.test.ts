import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DescribedPool } from '#core/market/described-pool.ts'
import { emptyView, type MarketView } from '#core/market/market-view.ts'
import { poolsOf } from '#core/market/pools-of.ts'
import { quotaNames, type Quotas } from '#core/market/quota.ts'
import { spotPrices } from '#core/market/spot-price.ts'
import { sizeIn } from '#core/pools/size.ts'
import { marketGoods, marketNowMs } from '../../builders/market.ts'

const told = <T>(value: T) => ({ value, atMs: marketNowMs })
const view: MarketView = {
  instanceTypes: told(marketGoods.instanceTypes),
  onDemand: told(marketGoods.onDemand),
  spot: told(spotPrices(marketGoods.spot, marketNowMs - 72 * 3_600_000, marketNowMs)),
  fargate: told(marketGoods.fargate),
  quotas: told(marketGoods.quotas),
}
const stackPrice = { usdPerVcpuHour: 0.5, usdPerGiBHour: 0.25, usdPerGpuHour: 0.125 }

function described(id: string, changes: Partial<DescribedPool> = {}): DescribedPool {
  return {
    id,
    tier: 'cold',
    accelerator: 'cpu',
    purchase: 'on-demand',
    platform: 'EC2',
    vcpus: 64,
    memoryMiB: 262_144,
    gpus: 0,
    startDelayS: 180,
    price: stackPrice,
    reclaimsPerHour: 0,
    spillsTo: [],
    instanceTypes: ['c7i', 'm7i', 'r7i'],
    ...changes,
  }
}

const spot: Partial<DescribedPool> = { purchase: 'spot', reclaimsPerHour: 0.05 }
const gpu: Partial<DescribedPool> = { accelerator: 'gpu', gpus: 16, instanceTypes: ['g4dn'] }
const fargate: Partial<DescribedPool> = { platform: 'FARGATE', instanceTypes: [] }
const withQuotas = (quotas: Quotas): MarketView => ({ ...view, quotas: told({ ...marketGoods.quotas, ...quotas }) })

describe('a pool of EC2', () => {
  it('is as large as its quota lets it be, on hosts that fit into that', () => {
    const { pools, absent, notes } = poolsOf([described('cold')], view)
    expect(pools).toMatchObject([
      {
        id: 'cold',
        vcpus: 32,
        memoryMiB: 16 * 15_237,
        gpus: 0,
        startDelayS: 180,
        reclaimsPerHour: 0,
        emulated: false,
        // Of c7i.xlarge and r7i.large, since a c7i.24xlarge has more vCPUs than the account may.
        platform: {
          kind: 'EC2',
          hosts: [
            { vcpus: 2, memoryMiB: 15_237, gpus: 0 },
            { vcpus: 4, memoryMiB: 7618, gpus: 0 },
          ],
        },
      },
    ])
    expect(pools[0]).not.toHaveProperty('instanceTypes')
    expect([absent, notes]).toStrictEqual([[], []])
  })

  it('asks the price in the middle of its types, split', () => {
    const [pool] = poolsOf([described('cold')], withQuotas({ 'standard on-demand': 1000 })).pools
    expect(pool?.price.usdPerVcpuHour).toBeCloseTo(0.037, 3)
    expect(pool?.price.usdPerGiBHour).toBeCloseTo(0.0041, 4)
    expect(pool?.price.usdPerGpuHour).toBe(0)
    expect(pool?.vcpus).toBe(64)
  })

  it('of spot asks what spot asks now, and is reclaimed as that hints', () => {
    const [pool] = poolsOf([described('cold-spot', { ...spot, instanceTypes: ['c7i'] })], view).pools
    const [steady] = poolsOf([described('cold', { instanceTypes: ['c7i.large'] })], view).pools
    // 0.4 of the price on demand in both zones; it has gone up a little in one of them.
    expect(pool?.price.usdPerVcpuHour).toBeCloseTo((steady?.price.usdPerVcpuHour ?? 0) * 0.4, 9)
    expect(pool?.reclaimsPerHour).toBeGreaterThan(0.05)
    expect(pool?.reclaimsPerHour).toBeLessThan(0.06)
    expect(pool?.vcpus).toBe(5)
  })

  it('with GPUs has as many as its vCPUs let it have, and a price for them', () => {
    const [pool] = poolsOf([described('gpu', gpu)], withQuotas({ 'g on-demand': 8 })).pools
    expect(pool).toMatchObject({ vcpus: 8, gpus: 2, platform: { hosts: [{ vcpus: 4, gpus: 1 }] } })
    expect(pool?.price.usdPerGpuHour).toBeCloseTo(0.298, 3)
  })

  it.each([
    [
      'a quota of nothing',
      described('a', gpu),
      "the account's quota of vCPUs of G and VT instances on demand is 0 (L-DB2E81BA), and more can be asked for in Service Quotas",
    ],
    [
      'a quota below its smallest instance',
      described('a', { ...spot, instanceTypes: ['c7i.24xlarge'] }),
      "the account's quota of vCPUs of standard spot instances is 5 (L-34B43A08), and more can be asked for in Service Quotas: its smallest instance, c7i.24xlarge, has 96 vCPUs",
    ],
    [
      'types that the region has not',
      described('a', { instanceTypes: ['z1d', 'x9'] }),
      'the region has none of z1d, x9 without GPUs',
    ],
    ['no types', described('a', { instanceTypes: [] }), 'the region has none of no instance types without GPUs'],
    ['types without GPUs', described('a', { ...gpu, instanceTypes: ['c7i'] }), 'the region has none of c7i with GPUs'],
    [
      'a quota of Fargate of nothing',
      described('a', fargate),
      "the account's quota of vCPUs of Fargate on demand is 0.1 (L-3032A538), and more can be asked for in Service Quotas",
    ],
  ])('with %s is absent, and nothing spills to it', (_, pool, reason) => {
    const other = described('other', { spillsTo: ['a', 'third'] })
    const third = described('third')
    const { pools, absent } = poolsOf([pool, other, third], withQuotas({ 'fargate on-demand': 0.1 }))
    expect(absent).toStrictEqual([{ id: 'a', reason }])
    expect(pools.map(({ id, spillsTo }) => [id, spillsTo])).toStrictEqual([
      ['other', ['third']],
      ['third', []],
    ])
  })

  it('of types without a quota that is looked at is as its stack says', () => {
    const inferentia = [...marketGoods.instanceTypes, { ...marketGoods.instanceTypes[0]!, type: 'inf2.xlarge' }]
    const some = { ...view, instanceTypes: told(inferentia) }
    expect(poolsOf([described('a', { instanceTypes: ['inf2', 'c7i'] })], some).pools).toMatchObject([{ vcpus: 64 }])
  })
})

describe('a pool of Fargate', () => {
  it('is bound by its quota, and asks what is listed', () => {
    const { pools, notes } = poolsOf([described('fargate', fargate)], view)
    const price = { ...marketGoods.fargate['on-demand'], usdPerGpuHour: 0 }
    expect(pools).toMatchObject([{ vcpus: 6, memoryMiB: 262_144, platform: { kind: 'FARGATE' }, price }])
    expect(notes).toStrictEqual([])
  })

  it('of spot that is not listed asks a part of that on demand, and says so', () => {
    const { pools, notes } = poolsOf([described('fargate-spot', { ...fargate, ...spot })], view)
    expect(pools[0]?.price.usdPerVcpuHour).toBeCloseTo(0.3 * 0.04048, 9)
    expect(pools[0]?.reclaimsPerHour).toBe(0.05)
    expect(notes).toStrictEqual(['fargate-spot: its price is taken to be 0.3 of that on demand: none is listed'])
  })
})

describe('what nobody has told', () => {
  it('is as its stack says, and that is said', () => {
    const all = [described('cold'), described('fargate', fargate), described('spot', spot)]
    const { pools, notes } = poolsOf(all, emptyView)
    expect(pools.map(({ vcpus, price }) => [vcpus, price])).toStrictEqual(all.map(() => [64, stackPrice]))
    expect(pools[0]?.platform).toMatchObject({ kind: 'EC2', hosts: [{ vcpus: 96 }] })
    expect(notes).toStrictEqual([
      'no quota of vCPUs of standard instances on demand is known: pools are as large as their stack says',
      'no quota of vCPUs of Fargate on demand is known: pools are as large as their stack says',
      'no quota of vCPUs of standard spot instances is known: pools are as large as their stack says',
      'sizes of instances go by their names: EC2 has not told them',
      ...all.map(({ id }) => `${id}: its price is that of its stack: AWS has told none`),
    ])
  })

  it.each([
    ['spot prices', { spot: null }],
    ['prices of its types', { spot: told({}), onDemand: told({ 'c7i.large': 1 }) }],
  ])('of %s is that of its stack for spot', (_, missing) => {
    const { pools, notes } = poolsOf([described('spot', spot)], { ...view, ...missing })
    expect(pools[0]).toMatchObject({ price: stackPrice, reclaimsPerHour: 0.05 })
    expect(notes).toStrictEqual(['spot: its price is that of its stack: AWS has told none'])
  })
})

describe('all pools together', () => {
  it('hold no more than the quotas that they share', () => {
    const pools = [
      described('hot', { vcpus: 16, memoryMiB: 65_536 }),
      described('cold'),
      described('fargate', fargate),
      described('spot', spot),
    ]
    const { total, shared } = poolsOf(pools, view)
    expect(total.vcpus).toBe(32 + 6 + 5)
    expect(shared).toStrictEqual([
      { pools: ['hot', 'cold'], room: { vcpus: 32, memoryMiB: 65_536 + 16 * 15_237, gpus: 0 } },
    ])
    expect(poolsOf([], view)).toMatchObject({ total: { vcpus: 0, memoryMiB: 0, gpus: 0 }, shared: [] })
  })

  const amounts = fc.constantFrom(0, 1, 4, 48, 100)
  const sets = fc.array(
    fc.record({
      purchase: fc.constantFrom('on-demand', 'spot'),
      platform: fc.constantFrom('EC2', 'EC2', 'FARGATE'),
      accelerator: fc.constantFrom('cpu', 'gpu'),
      vcpus: amounts,
      instanceTypes: fc.subarray(['c7i', 'm7i.large', 'g4dn', 'p3', 'optimal']),
    } satisfies Record<string, fc.Arbitrary<unknown>>),
    { maxLength: 5 },
  )
  const accounts = fc.record(Object.fromEntries(quotaNames.map((name) => [name, amounts])), { requiredKeys: [] })
  const views = fc.record({
    instanceTypes: fc.constantFrom(view.instanceTypes, null),
    onDemand: fc.constantFrom(view.onDemand, null),
    spot: fc.constantFrom(view.spot, null),
    fargate: fc.constantFrom(view.fargate, null),
    quotas: accounts.map((quotas) => told(quotas)),
  })

  it('are there or absent with a reason; no larger than described; what no host has room for has no place', () => {
    fc.assert(
      fc.property(sets, views, (set, market) => {
        const all = set.map((one, n) =>
          described(`p${n}`, { ...(one as Partial<DescribedPool>), spillsTo: ['p0', 'p1'] }),
        )
        const { pools, absent, total, shared } = poolsOf(all, market)
        expect([...pools, ...absent].map(({ id }) => id).toSorted()).toStrictEqual(all.map(({ id }) => id).toSorted())
        const ids = pools.map(({ id }) => id)
        for (const pool of pools) {
          const from = all.find(({ id }) => id === pool.id) as DescribedPool
          for (const of of ['vcpus', 'memoryMiB', 'gpus'] as const) {
            expect(pool[of]).toBeLessThanOrEqual(from[of])
            expect(pool[of]).toBeGreaterThanOrEqual(0)
          }
          expect(pool.spillsTo.every((id) => ids.includes(id))).toBe(true)
          expect(Object.values(pool.price).every((usd) => usd >= 0 && Number.isFinite(usd))).toBe(true)
          expect(sizeIn(pool, { vcpus: 97, memoryMiB: 1, gpus: 0 })).toBeUndefined()
        }
        expect(shared.every(({ room }) => room.vcpus <= total.vcpus)).toBe(true)
        expect(Object.values(total).every((amount) => amount >= 0)).toBe(true)
        expect(total.vcpus).toBeLessThanOrEqual(pools.reduce((sum, { vcpus }) => sum + vcpus, 0) + 1e-9)
      }),
    )
  })
})
