import type { Placement } from '#core/planning/plan.ts'
import { costUsd } from '#core/pools/cost.ts'
import type { Pool } from '#core/pools/pool.ts'
import { givenOn } from '#core/pools/size.ts'

/** Money in the usual case and in the slow one, in USD. */
export interface CostRange {
  readonly p50: number
  readonly p90: number
}

/**
 * What one instance of a task would cost where it is placed: each active clone for the time that the task takes, since all
 * are held until it is decided, and a standby clone from the moment that calls it up. Failures and reclaims come on top.
 */
export function plannedCost({ slots, hedgeAfterS, predicted }: Placement, pools: readonly Pool[]): CostRange {
  const byId = new Map(pools.map((pool) => [pool.id, pool]))
  const at = (taskS: number): number =>
    slots.reduce((sum, { kind, pool: id, resources }) => {
      const pool = byId.get(id)
      const heldS = kind === 'active' ? taskS : Math.max(0, taskS - (hedgeAfterS ?? Infinity))
      return pool === undefined ? sum : sum + costUsd(givenOn(pool.platform.kind, resources), pool.price, heldS)
    }, 0)
  return { p50: at(predicted.durationS.p50), p90: at(predicted.durationS.p90) }
}
