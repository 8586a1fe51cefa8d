import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit, type Candidate } from '#core/dispatch/admit.ts'
import type { Capacity, Platform, Room } from '#core/pools/pool.ts'
import { givenOn, sizeIn } from '#core/pools/size.ts'
import { aPool } from '../pools/a-pool.ts'

const nowMs = 1_800_000_000_000

describe('any stream of slots', () => {
  const ids = ['p0', 'p1', 'p2', 'p3']
  const tenths = (max: number) => fc.nat(max * 10).map((n) => n / 10)
  const room = fc.record({ vcpus: tenths(8), memoryMiB: fc.nat(4096), gpus: fc.nat(1) })
  const platforms: fc.Arbitrary<Platform> = fc.oneof(
    fc.constant({ kind: 'machine' } as const),
    fc.constant({ kind: 'FARGATE' } as const),
    fc.array(room, { maxLength: 2 }).map((hosts) => ({ kind: 'EC2', hosts }) as const),
  )
  const scenes = fc.record({
    pools: fc
      .tuple(...ids.map(() => fc.record({ room, platform: platforms, spillsTo: fc.subarray(ids) })))
      .map((all) => all.map(({ room: size, ...rest }, index) => aPool(ids[index] as string, { ...size, ...rest }))),
    used: fc.array(
      fc.nat(16).map((n) => n / 16),
      { minLength: 4, maxLength: 4 },
    ),
    total: room,
    shared: fc.array(fc.record({ pools: fc.subarray(ids), room }), { maxLength: 2 }),
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
  function admitted({ pools, used, total, shared, slots }: Scene) {
    const free = pools.map((pool, index) => {
      const share = 1 - (used[index] as number)
      return [pool.id, { vcpus: pool.vcpus * share, memoryMiB: pool.memoryMiB * share, gpus: pool.gpus }] as const
    })
    const capacity: Capacity = { pools: Object.fromEntries(free), total, shared }
    const answers = admit(slots, { pools, capacity, purses: new Map() }, nowMs).admissions.map((answer, index) => ({
      key: answer.key,
      slot: slots[index] as Candidate,
      pool: answer.kind === 'submit' ? answer.pool : undefined,
      waitingFor: answer.kind === 'hold' ? answer.waitingFor : undefined,
    }))
    return { capacity, answers }
  }
  const within = (rooms: readonly Room[], size: Room): boolean =>
    (['vcpus', 'memoryMiB', 'gpus'] as const).every(
      (part) => rooms.reduce((sum, one) => sum + one[part], 0) <= size[part] + 1e-6,
    )
  /** What a slot takes of a pool. */
  const taken = ({ pools }: Scene, one: Candidate, pool: string): Room => {
    const platform = pools.find(({ id }) => id === pool)?.platform.kind ?? 'machine'
    return givenOn(platform, one.resources)
  }
  /** The pools that a slot may go to, were they empty. */
  const reach = ({ pools }: Scene, one: Candidate): readonly string[] =>
    [one.pool, ...(pools.find(({ id }) => id === one.pool)?.spillsTo ?? [])].filter((id) =>
      pools.some((pool) => pool.id === id && sizeIn(pool, one.resources) !== undefined),
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
          const inPool = placed.filter(({ pool }) => pool === id).map(({ slot: one }) => taken(scene, one, id))
          return !within(inPool, size)
        })
        expect(overfull).toStrictEqual([])
        const overdrawn = scene.shared.filter(({ pools: ids, room: size }) => {
          const inGroup = placed.flatMap(({ slot: one, pool = '' }) =>
            ids.includes(pool) ? taken(scene, one, pool) : [],
          )
          return !within(inGroup, size)
        })
        expect(overdrawn).toStrictEqual([])
        expect(
          within(
            placed.map(({ slot: one, pool }) => taken(scene, one, pool as string)),
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
        const all = before.map(({ slot: one, pool }) => ({ pool, room: taken(scene, one, pool as string) }))
        const joined = (id: string, some: typeof all) => [
          taken(scene, waits, id),
          ...some.map(({ room: size }) => size),
        ]
        const places = reach(scene, waits).filter((id) => {
          const beside = all.filter(({ pool }) => pool === id)
          const isShort = scene.shared.some(({ pools: ids, room: size }) => {
            const inGroup = all.filter(({ pool }) => ids.includes(pool as string))
            return ids.includes(id) && !within(joined(id, inGroup), size)
          })
          const isRoomy =
            within(joined(id, all), capacity.total) && within(joined(id, beside), capacity.pools[id] as Room)
          return isRoomy && !isShort
        })
        expect(places).toStrictEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
