import type { Price } from '#core/pools/pool.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/**
 * Seconds that a clone may hold its place beyond its time limit: 30 to get its lease and to stage before its job is ended,
 * and 15 to be ended (TERM, ten seconds, KILL).
 */
export const beyondLimitS = 45

/** What a clone of this shape costs in USD for `seconds` of a pool with this price. */
export function costUsd(resources: Resources, price: Price, seconds: number): number {
  const hours = seconds / 3600
  return (
    hours *
    (resources.vcpus * price.usdPerVcpuHour +
      (resources.memoryMiB / 1024) * price.usdPerGiBHour +
      resources.gpus * price.usdPerGpuHour)
  )
}

/**
 * The most that a clone can cost in USD: its time limit and {@link beyondLimitS} at the pool's price. Without a limit
 * there is no most, unless the pool is free.
 */
export function worstCaseUsd(resources: Resources, price: Price, timeoutS: number | null): number {
  if (timeoutS !== null) return costUsd(resources, price, timeoutS + beyondLimitS)
  return costUsd(resources, price, 1) > 0 ? Infinity : 0
}
