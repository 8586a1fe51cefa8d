import type { Pool, Room } from '#core/pools/pool.ts'
import { type ReclaimTrace, reclaimsPerHour } from '#core/pools/reclaim-trace.ts'
import { unreachable } from '#core/unreachable.ts'

/** A pool, and what stands in for the hosts that it does not have. */
export interface EmulatedPool {
  readonly pool: Pool
  readonly startDelay: StartDelay
  readonly reclaim: Reclaim
}

/** How long a job holds its place before its first second: always the same, or lognormal by two quantiles. */
export type StartDelay =
  | { readonly kind: 'fixed'; readonly seconds: number }
  | { readonly kind: 'quantiles'; readonly p50S: number; readonly p90S: number }

/** When hosts are taken away: that of one job (`rate`, `nth`), or all of the pool at once (`trace`). */
export type Reclaim =
  | { readonly kind: 'never' }
  | { readonly kind: 'rate'; readonly perHour: number }
  | { readonly kind: 'trace'; readonly trace: ReclaimTrace }
  /** The n-th job of each run to start in this pool, so long after its start. */
  | { readonly kind: 'nth'; readonly nth: number; readonly afterS: number }

/** The pools of one machine, the budget that they all draw on, and how its time goes. */
export interface LocalPools {
  readonly machine: Room
  readonly pools: readonly EmulatedPool[]
  /** Seconds of the emulated clock for each real one. */
  readonly timeScale: number
  /** Fixes start delays and reclaims; `null`: new ones for every run. */
  readonly seed: number | null
}

/** Far above what spot hosts of common families see, so that plans weigh reclaims at all. */
export const spotReclaimsPerHour = 0.05

/** The pool with what plans count on: the typical start delay, and the expected reclaims. */
export function emulated(
  pool: Omit<Pool, 'platform' | 'startDelayS' | 'reclaimsPerHour' | 'emulated'>,
  startDelay: StartDelay,
  reclaim: Reclaim,
): EmulatedPool {
  return {
    pool: {
      ...pool,
      platform: { kind: 'machine' },
      startDelayS: startDelay.kind === 'fixed' ? startDelay.seconds : startDelay.p50S,
      reclaimsPerHour: expectedPerHour(reclaim),
      emulated: true,
    },
    startDelay,
    reclaim,
  }
}

function expectedPerHour(reclaim: Reclaim): number {
  switch (reclaim.kind) {
    case 'never':
      return 0
    case 'rate':
      return reclaim.perHour
    case 'trace':
      return reclaimsPerHour(reclaim.trace)
    case 'nth':
      // The plan is not told what a rehearsed reclaim is going to do.
      return spotReclaimsPerHour
    default:
      return unreachable(reclaim)
  }
}
