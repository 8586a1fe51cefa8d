import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit as admitTo, type Admission, type Candidate, type Purse } from '#core/dispatch/admit.ts'
import type { Capacity, Pool } from '#core/pools/pool.ts'
import { aPool } from '../pools/a-pool.ts'

const nowMs = 1_800_000_000_000
const shape = (vcpus: number, memoryMiB = 0, gpus = 0) => ({ vcpus, memoryMiB, gpus })
const slot = (key: string, pool: string, vcpus: number, notBeforeMs: number | null = null): Candidate => ({
  key,
  pool,
  resources: shape(vcpus),
  notBeforeMs,
  price: null,
})

/** The answers to slots for which money is no matter, unless there are purses. */
function admit(
  slots: readonly Candidate[],
  pools: readonly Pool[],
  capacity: Capacity,
  atMs: number,
  purses: Readonly<Record<string, Purse>> = {},
): readonly Admission[] {
  return admitTo(slots, { pools, capacity, purses: new Map(Object.entries(purses)) }, atMs).admissions
}

/** Empty pools on a machine that is as large as asked for. */
function empty(pools: readonly Pool[], vcpus: number): Capacity {
  return {
    pools: Object.fromEntries(pools.map(({ id, ...room }) => [id, shape(room.vcpus, room.memoryMiB, room.gpus)])),
    total: shape(vcpus, 1e6, 8),
  }
}

/** Answers in short: `A hot`, `A (capacity)`, or `A needs 5`. */
function short(admissions: readonly Admission[]): readonly string[] {
  return admissions.map((one) => {
    if (one.kind === 'submit') return `${one.key} ${one.pool}`
    return `${one.key} ${one.kind === 'hold' ? `(${one.waitingFor})` : `needs ${one.neededNanoUsd}`}`
  })
}

describe('giving places to slots', () => {
  const hot = aPool('hot', { vcpus: 1, spillsTo: ['warm', 'cold'] })
  const warm = aPool('warm', { tier: 'warm', vcpus: 2, spillsTo: ['cold'] })
  const cold = aPool('cold', { tier: 'cold', vcpus: 4 })
  const tiers = [hot, warm, cold]

  it('goes by rank until the machine is full', () => {
    const slots = ['A', 'B', 'C', 'D', 'E'].map((key) => slot(key, 'cold', 1))
    expect(short(admit(slots, tiers, empty(tiers, 3), nowMs))).toStrictEqual([
      'A cold',
      'B cold',
      'C cold',
      'D (capacity)',
      'E (capacity)',
    ])
  })

  it('spills down from a full pool, in its order', () => {
    const slots = ['A', 'B', 'C', 'D'].map((key) => slot(key, 'hot', 1))
    expect(short(admit(slots, tiers, empty(tiers, 8), nowMs))).toStrictEqual(['A hot', 'B warm', 'C warm', 'D cold'])
  })

  it('never spills up', () => {
    const slots = [slot('A', 'warm', 2), slot('B', 'cold', 4), slot('C', 'warm', 1)]
    expect(short(admit(slots, tiers, empty(tiers, 8), nowMs))).toStrictEqual(['A warm', 'B cold', 'C (capacity)'])
  })

  it('sends what is too large for its pool to the first that can take it', () => {
    expect(short(admit([slot('A', 'hot', 3)], tiers, empty(tiers, 8), nowMs))).toStrictEqual(['A cold'])
  })

  it.each([
    [nowMs + 1, 'A (backoff)'],
    [nowMs, 'A hot'],
    [nowMs - 1, 'A hot'],
    [null, 'A hot'],
  ])('gives no place before its time: %d', (notBeforeMs, answer) => {
    expect(short(admit([slot('A', 'hot', 1, notBeforeMs)], tiers, empty(tiers, 8), nowMs))).toStrictEqual([answer])
  })

  it('lets what is not due keep nobody', () => {
    const slots = [slot('A', 'cold', 4, nowMs + 1), slot('B', 'cold', 1)]
    expect(short(admit(slots, tiers, empty(tiers, 4), nowMs))).toStrictEqual(['A (backoff)', 'B cold'])
  })

  it('keeps the turn of a large task when the machine is short, so that small ones do not starve it', () => {
    const slots = [slot('large', 'cold', 4), slot('small', 'hot', 1)]
    const busy: Capacity = { ...empty(tiers, 4), total: shape(3, 1e6) }
    expect(short(admit(slots, tiers, busy, nowMs))).toStrictEqual(['large (capacity)', 'small (capacity)'])
  })

  it('keeps it in its own pools alone when only those are short', () => {
    const pools = [aPool('a'), aPool('b')]
    const { pools: rooms, total } = empty(pools, 16)
    const busy: Capacity = { total, pools: { ...rooms, a: shape(3, 4096) } }
    const slots = [slot('large', 'a', 4), slot('small', 'a', 1), slot('elsewhere', 'b', 1)]
    expect(short(admit(slots, pools, busy, nowMs))).toStrictEqual([
      'large (capacity)',
      'small (capacity)',
      'elsewhere b',
    ])
  })

  it('lets what no pool could ever take keep nobody', () => {
    const slots = [slot('huge', 'cold', 5), slot('lost', 'gone', 1), slot('small', 'cold', 1)]
    expect(short(admit(slots, tiers, empty(tiers, 4), nowMs))).toStrictEqual([
      'huge (capacity)',
      'lost (capacity)',
      'small cold',
    ])
  })

  it('takes the size that a clone is given in each pool', () => {
    const fargate = aPool('fargate', { platform: { kind: 'FARGATE' }, vcpus: 1, memoryMiB: 4096, spillsTo: ['ec2'] })
    const hosts = [{ vcpus: 2, memoryMiB: 1500, gpus: 0 }]
    const ec2 = aPool('ec2', { platform: { kind: 'EC2', hosts }, vcpus: 3, memoryMiB: 4096 })
    const pools = [fargate, ec2]
    const small = (key: string) => ({ ...slot(key, 'fargate', 0.3), resources: shape(0.3, 700) })
    // 0.5 vCPUs with 1 GiB on Fargate, and a whole vCPU on EC2.
    expect(short(admit(['A', 'B', 'C', 'D'].map(small), pools, empty(pools, 8), nowMs))).toStrictEqual([
      'A fargate',
      'B fargate',
      'C ec2',
      'D ec2',
    ])
    expect(short(admit(['A', 'B', 'C'].map(small), pools, empty(pools, 1.9), nowMs))).toStrictEqual([
      'A fargate',
      'B fargate',
      'C (capacity)',
    ])
    const wide = { ...slot('wide', 'ec2', 1), resources: shape(1, 1501) }
    expect(short(admit([wide, slot('A', 'ec2', 1)], pools, empty(pools, 8), nowMs))).toStrictEqual([
      'wide (capacity)',
      'A ec2',
    ])
  })

  it('gives no more than pools share, and keeps the turn in all of them', () => {
    const pools = [aPool('hot', { spillsTo: ['warm'] }), aPool('warm'), aPool('other')]
    const together = { ...empty(pools, 16), shared: [{ pools: ['hot', 'warm'], room: shape(3, 1e6) }] }
    const slots = [slot('A', 'hot', 2), slot('B', 'hot', 2), slot('C', 'warm', 1), slot('D', 'other', 4)]
    expect(short(admit(slots, pools, together, nowMs))).toStrictEqual([
      'A hot',
      'B (capacity)',
      'C (capacity)',
      'D other',
    ])
    expect(together.shared[0]?.room.vcpus).toBe(3)
  })

  it('gives no place in a pool whose room is not known', () => {
    const capacity: Capacity = { pools: {}, total: shape(8, 1e6) }
    expect(short(admit([slot('A', 'hot', 1)], tiers, capacity, nowMs))).toStrictEqual(['A (capacity)'])
  })

  it('places a large task as soon as the small ones before it have ended, however many more come behind', () => {
    const running = ['s0', 's1', 's2', 's3']
    const queue = [slot('large', 'cold', 4)]
    let rounds = 0
    for (let next = 4; !running.includes('large'); next++) {
      rounds += 1
      running.shift()
      queue.push(slot(`s${next}`, 'hot', 1))
      const used = running.length
      const capacity: Capacity = {
        pools: { hot: shape(1, 4096), warm: shape(2, 4096), cold: shape(4 - used, 4096) },
        total: shape(4 - used, 1e6),
      }
      for (const one of admit(queue, tiers, capacity, nowMs)) {
        if (one.kind === 'hold') continue
        running.push(one.key)
        queue.splice(
          queue.findIndex(({ key }) => key === one.key),
          1,
        )
      }
    }
    expect(rounds).toBe(4)
  })
})

describe('money', () => {
  const hot = aPool('hot', { vcpus: 2, spillsTo: ['cold'] })
  const cold = aPool('cold', { tier: 'cold', vcpus: 8 })
  const pools = [hot, cold]
  /** A slot of `run` that costs 5 in hot and 3 in cold at the most. */
  const paid = (key: string, pool = 'hot', run = 'r', vcpus = 1): Candidate => ({
    ...slot(key, pool, vcpus),
    price: { purse: run, nanoUsd: { hot: 5, cold: 3 } },
  })
  const purse = (freeNanoUsd: number, reserved = false): Purse => ({ freeNanoUsd, reserved })
  const answers = (slots: readonly Candidate[], purses: Readonly<Record<string, Purse>>) =>
    short(admit(slots, pools, empty(pools, 8), nowMs, purses))

  it.each([
    ['pays the pool it asks for while it can', purse(10), 'hot', ['A hot', 'B hot']],
    ['tries a cheaper pool that it spills to', purse(9), 'hot', ['A hot', 'B cold']],
    ['never one that it does not spill to', purse(5, true), 'cold', ['A cold', 'B (money)']],
    ['waits when the rest is put aside', purse(5), 'hot', ['A hot', 'B (money)']],
    ['waits when none is left and some may come back', purse(2, true), 'hot', ['A (money)', 'B (money)']],
    ['is refused when none can come back', purse(2), 'hot', ['A needs 3', 'B needs 3']],
    ['to the last of it', purse(8), 'hot', ['A hot', 'B cold']],
  ] as const)('%s', (_, own, pool, expected) => {
    expect(answers([paid('A', pool), paid('B', pool)], { r: own })).toStrictEqual(expected)
  })

  it('is of one run alone', () => {
    const slots = [paid('A', 'hot', 'poor'), paid('B', 'hot', 'rich'), slot('C', 'hot', 1)]
    expect(answers(slots, { poor: purse(0), rich: purse(100) })).toStrictEqual(['A needs 3', 'B hot', 'C hot'])
  })

  it('that is short keeps nobody, however much room the slot asks for', () => {
    const slots = [paid('large', 'cold', 'poor', 8), slot('small', 'hot', 1)]
    expect(answers(slots, { poor: purse(2, true) })).toStrictEqual(['large (money)', 'small hot'])
  })

  it('keeps the turn in pools that it can pay, not in others', () => {
    const slots = [paid('A', 'hot', 'r', 8), slot('B', 'cold', 1), slot('C', 'hot', 1)]
    const { pools: rooms, total } = empty(pools, 16)
    const busy: Capacity = { total, pools: { ...rooms, cold: shape(7, 1e6) } }
    expect(short(admit(slots, pools, busy, nowMs, { r: purse(4) }))).toStrictEqual([
      'A (capacity)',
      'B (capacity)',
      'C hot',
    ])
  })

  it('is no matter for what fits no pool, or must not start yet', () => {
    const slots = [paid('huge', 'hot', 'r', 9), { ...paid('later'), notBeforeMs: nowMs + 1 }]
    expect(answers(slots, { r: purse(0) })).toStrictEqual(['huge (capacity)', 'later (backoff)'])
  })

  it('of a clone without a limit is never enough, but in a free pool', () => {
    const endless = (nanoUsd: Readonly<Record<string, number>>) => ({
      ...paid('A'),
      price: { purse: 'r', nanoUsd },
    })
    expect(answers([endless({ hot: Infinity, cold: Infinity })], { r: purse(1e15) })).toStrictEqual([
      'A needs Infinity',
    ])
    expect(answers([endless({ hot: Infinity, cold: 0 })], { r: purse(0) })).toStrictEqual(['A cold'])
  })

  it('is never enough for a pool that has no price', () => {
    const unpriced = (nanoUsd: Readonly<Record<string, number>>) => ({ ...paid('A'), price: { purse: 'r', nanoUsd } })
    expect(answers([unpriced({ cold: 3 })], { r: purse(1e15) })).toStrictEqual(['A cold'])
    expect(answers([unpriced({})], { r: purse(1e15) })).toStrictEqual(['A needs Infinity'])
  })

  it('that is put aside never exceeds what there is, and nobody is refused who could be paid', () => {
    const slots = fc.array(
      fc.record({
        pool: fc.constantFrom('hot', 'cold'),
        run: fc.constantFrom('a', 'b'),
        hot: fc.nat(9),
        cold: fc.nat(9),
      }),
      { maxLength: 12 },
    )
    const money = fc.record({ freeNanoUsd: fc.nat(20), reserved: fc.boolean() })
    fc.assert(
      fc.property(slots, money, money, (drawn, a, b) => {
        const candidates = drawn.map(({ pool, run, ...nanoUsd }, index) => ({
          ...slot(`s${index}`, pool, 1),
          price: { purse: run, nanoUsd },
        }))
        const left: Record<string, number> = { a: a.freeNanoUsd, b: b.freeNanoUsd }
        const mayReturn: Record<string, boolean> = { a: a.reserved, b: b.reserved }
        for (const [index, one] of admit(candidates, pools, empty(pools, 8), nowMs, { a, b }).entries()) {
          const { run, pool, hot: inHot, cold: inCold } = drawn[index] as (typeof drawn)[number]
          const least = pool === 'hot' ? Math.min(inHot, inCold) : inCold
          const had = left[run] as number
          const unpaid = one.kind === 'refuse' || (one.kind === 'hold' && one.waitingFor === 'money')
          const answer = mayReturn[run] === true ? 'hold' : 'refuse'
          const reserved = one.kind === 'submit' ? one.reservedNanoUsd : 0
          left[run] = had - reserved
          mayReturn[run] ||= reserved > 0
          expect(unpaid).toBe(least > had)
          expect(unpaid ? one.kind : answer).toBe(answer)
          expect(left[run]).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 300 },
    )
  })
})
