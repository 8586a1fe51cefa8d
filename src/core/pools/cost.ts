import type { Price } from '#core/pools/pool.ts'
import type { Resources } from '#core/workflow/workflow.ts'

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
