import { costUsd } from '#core/pools/cost.ts'
import type { Pool } from '#core/pools/pool.ts'
import { mostMemoryIn, type Size, sizeIn } from '#core/pools/size.ts'
import type { Prediction } from '#core/prediction/prediction.ts'
import type { PoolPreference, Resources, Task } from '#core/workflow/workflow.ts'

/** A pool that could take a task, with what that would mean for one clone. */
export interface Option {
  readonly pool: Pool
  readonly size: Size
  /** Start delay and work, with the work that reclaims are expected to throw away. */
  readonly finishS: number
  readonly costUsd: number
  /** Cost plus the worth of the time; the smaller the better. */
  readonly scoreUsd: number
}

/** What a clone asks for: its size, and the kind of pool. */
export type Asked = Pick<Task, 'pool' | 'resources'>

/** What an hour less is worth to a run, for each point of its priority. */
const usdPerHourAndPoint = 0.02

/** What a run is planned by. */
export interface Urgency {
  readonly priority: number
  readonly onCriticalPath: boolean
  /** How many times as much an hour is worth as the priority says. @default 1 */
  readonly hurry?: number
}

/** The share of it for a task off the critical path, whose time delays nothing at once. */
const shareOffPath = 0.1

/**
 * Pools that meet a clone's wishes and size, best first. The score is money: the clone's cost, plus its time to the end
 * at what an hour is worth to this run (its priority and hurry, and a tenth of that off the critical
 * path). Ties go by time, then by id. O(pools log pools).
 */
export function choosePools(
  asked: Asked,
  pools: readonly Pool[],
  prediction: Prediction,
  run: Urgency,
): readonly Option[] {
  const usdPerHour = usdPerHourAndPoint * run.priority * (run.hurry ?? 1) * (run.onCriticalPath ? 1 : shareOffPath)
  return pools
    .flatMap((pool) => {
      const size = isWished(pool, asked.pool, asked.resources) ? sizeIn(pool, asked.resources) : undefined
      return size === undefined ? [] : [option(pool, size, prediction, usdPerHour)]
    })
    .sort((a, b) => a.scoreUsd - b.scoreUsd || a.finishS - b.finishS || (a.pool.id < b.pool.id ? -1 : 1))
}

/** Whether an empty pool could take a clone, and is of the kind that was asked for. */
export function meets(pool: Pool, wish: PoolPreference, resources: Resources): boolean {
  return isWished(pool, wish, resources) && sizeIn(pool, resources) !== undefined
}

function isWished(pool: Pool, wish: PoolPreference, resources: Resources): boolean {
  const accelerator = wish.accelerator ?? (resources.gpus > 0 ? 'gpu' : 'cpu')
  return (
    pool.accelerator === accelerator &&
    (wish.tier === undefined || wish.tier === pool.tier) &&
    (wish.purchase === undefined || wish.purchase === pool.purchase)
  )
}

/** The most memory that a clone could be given, in a pool that it may use; `undefined` when there is no such pool. */
export function mostMemoryMiB({ pool, resources }: Asked, pools: readonly Pool[]): number | undefined {
  const sizes = pools
    .filter((one) => isWished(one, pool, resources))
    .flatMap((one) => mostMemoryIn(one, resources) ?? [])
  return sizes.length === 0 ? undefined : Math.max(...sizes)
}

function option(pool: Pool, size: Size, prediction: Prediction, usdPerHour: number): Option {
  const workS = prediction.durationS.p50
  const expectedReclaims = (pool.reclaimsPerHour * workS) / 3600
  // A reclaimed clone loses half of its work on average and pays the start delay again.
  const finishS = pool.startDelayS + workS + expectedReclaims * (pool.startDelayS + workS / 2)
  const cost = costUsd(size, pool.price, workS * (1 + expectedReclaims / 2))
  return { pool, size, finishS, costUsd: cost, scoreUsd: cost + (finishS / 3600) * usdPerHour }
}
