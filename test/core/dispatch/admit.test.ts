import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit as admitTo, type Admission, type Candidate, type Purse } from '#core/dispatch/admit.ts'
import type { Capacity, Pool, Room } from '#core/pools/pool.ts'
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

describe('any stream of slots', () => {
  const ids = ['p0', 'p1', 'p2', 'p3']
  const tenths = (max: number) => fc.nat(max * 10).map((n) => n / 10)
  const room = fc.record({ vcpus: tenths(8), memoryMiB: fc.nat(4096), gpus: fc.nat(1) })
  const scenes = fc.record({
    pools: fc
      .tuple(...ids.map(() => fc.record({ room, spillsTo: fc.subarray(ids) })))
      .map((all) => all.map(({ room: size, spillsTo }, index) => aPool(ids[index] as string, { ...size, spillsTo }))),
    used: fc.array(
      fc.nat(16).map((n) => n / 16),
      { minLength: 4, maxLength: 4 },
    ),
    total: room,
    slots: fc
      .array(
        fc.record({
          pool: fc.constantFrom(...ids, 'gone'),
          resources: fc.record({ vcpus: tenths(4), memoryMiB: fc.nat(2048), gpus: fc.nat(1) }),
          notBeforeMs: fc.constantFrom(null, null, null, nowMs + 1, nowMs),
        }),
        { maxLength: 25 },
      )
      .map((list) => list.map((one, index): Candidate => ({ key: `s${index}`, price: null, ...one }))),
  })
  type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never

  /** The room there was, and each slot with its answer. */
  function admitted({ pools, used, total, slots }: Scene) {
    const free = pools.map((pool, index) => {
      const share = 1 - (used[index] as number)
      return [pool.id, { vcpus: pool.vcpus * share, memoryMiB: pool.memoryMiB * share, gpus: pool.gpus }] as const
    })
    const capacity: Capacity = { pools: Object.fromEntries(free), total }
    const answers = admit(slots, pools, capacity, nowMs).map((answer, index) => ({
      key: answer.key,
      slot: slots[index] as Candidate,
      pool: answer.kind === 'submit' ? answer.pool : undefined,
      waitingFor: answer.kind === 'hold' ? answer.waitingFor : undefined,
    }))
    return { capacity, answers }
  }
  const within = (slots: readonly Candidate[], size: Room): boolean =>
    (['vcpus', 'memoryMiB', 'gpus'] as const).every(
      (part) => slots.reduce((sum, { resources }) => sum + resources[part], 0) <= size[part] + 1e-6,
    )
  /** The pools that a slot may go to, were they empty. */
  const reach = ({ pools }: Scene, one: Candidate): readonly string[] =>
    [one.pool, ...(pools.find(({ id }) => id === one.pool)?.spillsTo ?? [])].filter((id) =>
      pools.some((pool) => pool.id === id && within([one], pool)),
    )

  it('gets one answer each, in its order', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { answers } = admitted(scene)
        expect(answers.map(({ key }) => key)).toStrictEqual(scene.slots.map(({ key }) => key))
      }),
    )
  })

  it('never exceeds the room of a pool or of the machine', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { capacity, answers } = admitted(scene)
        const placed = answers.filter(({ pool }) => pool !== undefined)
        const overfull = Object.entries(capacity.pools).filter(([id, size]) => {
          const inPool = placed.filter(({ pool }) => pool === id).map(({ slot: one }) => one)
          return !within(inPool, size)
        })
        expect(overfull).toStrictEqual([])
        expect(
          within(
            placed.map(({ slot: one }) => one),
            capacity.total,
          ),
        ).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('is placed only in its own pool or one that this spills to', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { answers } = admitted(scene)
        const astray = answers.filter(({ slot: one, pool }) => pool !== undefined && !reach(scene, one).includes(pool))
        expect(astray).toStrictEqual([])
      }),
    )
  })

  it('is held for its backoff exactly when that is not over', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const held = admitted(scene).answers.map(({ waitingFor }) => waitingFor === 'backoff')
        expect(held).toStrictEqual(scene.slots.map(({ notBeforeMs }) => notBeforeMs === nowMs + 1))
      }),
    )
  })

  it('is overtaken by nobody: once it found no room, nobody behind it gets what it could have had', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const kept = new Set<string>()
        for (const { slot: one, pool, waitingFor } of admitted(scene).answers) {
          expect(kept.has(pool ?? '')).toBe(false)
          for (const id of waitingFor === 'capacity' ? reach(scene, one) : []) kept.add(id)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('leaves no room empty for nothing: the first that waits truly fits nowhere', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { capacity, answers } = admitted(scene)
        const first = answers.findIndex(
          ({ slot: one, waitingFor }) => waitingFor === 'capacity' && reach(scene, one).length > 0,
        )
        fc.pre(first !== -1)
        const { slot: waits } = answers[first] as (typeof answers)[number]
        const before = answers.slice(0, first).filter(({ pool }) => pool !== undefined)
        const beside = (id: string) => before.filter(({ pool }) => pool === id).map(({ slot: one }) => one)
        const all = before.map(({ slot: one }) => one)
        const places = reach(scene, waits).filter(
          (id) => within([waits, ...all], capacity.total) && within([waits, ...beside(id)], capacity.pools[id] as Room),
        )
        expect(places).toStrictEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
