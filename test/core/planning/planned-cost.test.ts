import { describe, expect, it } from 'vitest'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import { plannedCost } from '#core/planning/planned-cost.ts'
import { aPool } from '../pools/a-pool.ts'

const resources = { vcpus: 1, memoryMiB: 512, gpus: 0 }
const slot = (pool: string, kind: PlannedSlot['kind'] = 'active'): PlannedSlot => ({
  kind,
  pool,
  reason: '',
  variant: null,
  resources,
  timeoutS: null,
})

function placement(slots: readonly PlannedSlot[], hedgeAfterS: number | null = null): Placement {
  const memoryMiB = { p50: 1, p90: 1, p99: 1 }
  const predicted = { basis: { kind: 'none' }, durationS: { p50: 3600, p90: 7200, p99: 9000 }, memoryMiB } as const
  return { task: 'a', slots, hedgeAfterS, rank: 0, onCriticalPath: true, predicted, reason: '' }
}

/** A vCPU hour is 0.04 USD. */
const pools = [aPool('a'), aPool('b', { price: { usdPerVcpuHour: 1, usdPerGiBHour: 0, usdPerGpuHour: 0 } })]

describe('the price of a task in a plan', () => {
  it('is that of every active clone, for as long as the task takes', () => {
    expect(plannedCost(placement([slot('a')]), pools)).toStrictEqual({ p50: 0.04, p90: 0.08 })
    expect(plannedCost(placement([slot('a'), slot('b')]), pools)).toStrictEqual({ p50: 1.04, p90: 2.08 })
  })

  it('has that of a standby clone from the moment that calls it up', () => {
    expect(plannedCost(placement([slot('a'), slot('b', 'standby')], 5400), pools)).toStrictEqual({
      p50: 0.04,
      p90: 0.58,
    })
    expect(plannedCost(placement([slot('a'), slot('b', 'standby')]), pools)).toStrictEqual({ p50: 0.04, p90: 0.08 })
  })

  it('is that of the size that a clone is given', () => {
    const fargate = aPool('a', {
      platform: { kind: 'FARGATE' },
      price: { usdPerVcpuHour: 0.04, usdPerGiBHour: 0.01, usdPerGpuHour: 0 },
    })
    expect(plannedCost(placement([slot('a')]), [fargate]).p50).toBeCloseTo(0.06, 12)
  })

  it('has nothing of a pool that is not there', () => {
    expect(plannedCost(placement([slot('gone')]), pools)).toStrictEqual({ p50: 0, p90: 0 })
  })
})
