import { describe, expect, it } from 'vitest'
import type { Task } from '#core/workflow/workflow.ts'
import { dag } from '../../builders/dag.ts'
import { aPool } from '../pools/a-pool.ts'
import { aSample } from '../prediction/a-sample.ts'
import { nowMs, planInput, planned } from './plan-inputs.ts'

describe('a plan', () => {
  /**
   *     A(1) ─▶ B(100) ─▶ D(1)
   *       └───▶ C(5) ──────┘
   */
  it('finds the critical path, and ranks by what is still ahead', () => {
    const lasting = (durationS: number) => ({ estimate: { durationS } })
    const overrides = { A: lasting(1), B: lasting(100), C: lasting(5), D: lasting(1) }
    const plan = planned(planInput(dag('A -> B -> D, A -> C -> D', overrides)))
    expect(plan).toMatchObject({ madeAtMs: nowMs, criticalPath: ['A', 'B', 'D'] })
    expect(plan.predicted.makespanS).toStrictEqual({ p50: 102, p90: 153 })
    const ahead = Object.values(plan.placements).map(({ task, rank }) => [task, rank - 50e12])
    expect(Object.fromEntries(ahead)).toStrictEqual({ A: 102, B: 101, C: 6, D: 1 })
  })

  it('puts a point of priority above any path', () => {
    const fortnight = { estimate: { durationS: 14 * 86_400 } }
    const ids = Array.from({ length: 200 }, (_, index) => `T${index}`)
    const long = dag(ids.join(' -> '), Object.fromEntries(ids.map((id) => [id, fortnight])))
    const low = planned(planInput(long, {}, { priority: 50 })).placements['T0']?.rank as number
    const high = planned(planInput(dag('A'), {}, { priority: 51 })).placements['A']?.rank as number
    expect(high).toBeGreaterThan(low)
  })

  it('lets a task off the critical path have the cheaper pool, and owns up to what that delays', () => {
    const fast = aPool('fast', { price: { usdPerVcpuHour: 0.5, usdPerGiBHour: 0, usdPerGpuHour: 0 } })
    const slow = aPool('slow', { startDelayS: 10, price: { usdPerVcpuHour: 0.01, usdPerGiBHour: 0, usdPerGpuHour: 0 } })
    const lasting = (durationS: number) => ({ estimate: { durationS } })
    const plan = planned(planInput(dag('A, B', { A: lasting(12), B: lasting(11) }), { pools: [fast, slow] }))
    expect(plan.criticalPath).toStrictEqual(['A'])
    expect(plan.placements['A']?.slots[0]?.pool).toBe('fast')
    expect(plan.placements['B']?.slots[0]?.pool).toBe('slow')
    expect(plan.predicted.makespanS.p50).toBe(21)
  })

  it('counts on the clone that starts last where more than the first is waited for', () => {
    const price = { usdPerVcpuHour: 0.01, usdPerGiBHour: 0, usdPerGpuHour: 0 }
    const pools = [aPool('near', { price }), aPool('far', { price, startDelayS: 30 })]
    const twice = { estimate: { durationS: 10 }, clones: 2 } as const
    const makespanS = (aggregate: Task['aggregate']) =>
      planned(planInput(dag('A', { A: { ...twice, aggregate } }), { pools })).predicted.makespanS.p50
    expect(makespanS({ policy: 'first' })).toBe(10)
    expect(makespanS({ policy: 'quorum', of: 2 })).toBe(40)
  })

  it('takes each task by its own history', () => {
    const history = new Map([['A', [7, 7, 7].map((runningS) => aSample({ runningS }))]])
    const plan = planned(planInput(dag('A, B'), { history }))
    expect(plan.placements['A']?.predicted.basis).toStrictEqual({ kind: 'history', samples: 3 })
    expect(plan.placements['B']?.predicted.basis).toStrictEqual({ kind: 'none' })
  })

  it.each([
    ['nothing', {}, {}, false, []],
    ['cloning', { policy: { cloning: false, hedging: true } }, {}, false, ['cloning is switched off for this run']],
    ['hedging', { policy: { cloning: true, hedging: false } }, {}, false, ['hedging is switched off for this run']],
    ['pools', {}, {}, true, ['start delays, prices and reclaims of the pools are emulated']],
    ['an image in an account', {}, { image: 'node:24' }, false, []],
    [
      'an image on this machine',
      {},
      { image: 'node:24' },
      true,
      [
        'start delays, prices and reclaims of the pools are emulated',
        'container images are not used on this machine: commands run as processes',
      ],
    ],
    ['a deadline', { deadlineS: 9.5 }, {}, false, ['the deadline of 9.5 s is shorter than the longest path of 10.0 s']],
    ['time enough', { deadlineS: 10 }, {}, false, []],
  ])('notes of itself: %s', (_, run, definition, emulated, notes) => {
    const pools = [aPool('a', { emulated })]
    expect(planned(planInput(dag('A', { A: definition }), { pools }, run)).notes).toStrictEqual(notes)
  })

  describe('of a run with a deadline', () => {
    // 10 s of work, p90 15 s: done after 75 s for little money, or after 15 s for much.
    const price = (usdPerVcpuHour: number) => ({ usdPerVcpuHour, usdPerGiBHour: 0, usdPerGpuHour: 0 })
    const pools = [
      aPool('cheap', { emulated: false, startDelayS: 60, price: price(0.01) }),
      aPool('dear', { emulated: false, startDelayS: 0, price: price(8) }),
    ]
    const workflow = dag('A', { A: { estimate: { durationS: 10 } } })
    const planFor = (deadlineS: number | null) => planned(planInput(workflow, { pools }, { deadlineS }))
    const poolOf = (deadlineS: number | null) => planFor(deadlineS).placements['A']?.slots[0]?.pool

    it('takes the cheap pool while its slow case is in time, and without a deadline', () => {
      expect([poolOf(null), poolOf(75)]).toStrictEqual(['cheap', 'cheap'])
    })

    it('takes the pool that starts sooner once the slow case would be late, and says so', () => {
      expect(poolOf(74)).toBe('dear')
      expect(planFor(74).notes).toStrictEqual([
        'pools that start sooner and cost more, since the deadline of 74 s was at risk (p90 75.0 s)',
      ])
    })

    it('stays as it was when nothing is faster', () => {
      const [cheap] = pools
      const plan = planned(planInput(workflow, { pools: cheap === undefined ? [] : [cheap] }, { deadlineS: 20 }))
      expect(plan.notes).toStrictEqual(['the deadline of 20 s is shorter than the longest path of 70.0 s'])
    })
  })
})
