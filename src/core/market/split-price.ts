import type { FargatePrice } from '#core/market/market-view.ts'
import type { Price, Room } from '#core/pools/pool.ts'

/** What Fargate lists in us-east-1 for Linux on x86, where nobody told a price. */
export const listedFargate: NonNullable<FargatePrice> = { usdPerVcpuHour: 0.04048, usdPerGiBHour: 0.004445 }

/**
 * The price of an instance, split into what each vCPU, GiB and GPU of it asks for, so that clones that fill it pay all of it.
 * Memory weighs against vCPUs as on Fargate, the one price list of AWS that has both: with it the c, m and r families come out
 * within 5 % of each other. vCPUs and memory of an instance with GPUs ask what they do on Fargate, and the GPUs the rest.
 */
export function splitPrice(usdPerHour: number, { vcpus, memoryMiB, gpus }: Room, fargate: FargatePrice): Price {
  const { usdPerVcpuHour, usdPerGiBHour } = fargate ?? listedFargate
  const onFargate = vcpus * usdPerVcpuHour + (memoryMiB / 1024) * usdPerGiBHour
  const left = usdPerHour - onFargate
  if (gpus > 0 && left > 0) return { usdPerVcpuHour, usdPerGiBHour, usdPerGpuHour: left / gpus }
  const scale = usdPerHour / onFargate
  return { usdPerVcpuHour: usdPerVcpuHour * scale, usdPerGiBHour: usdPerGiBHour * scale, usdPerGpuHour: 0 }
}

/** The price in the middle of several, part by part; at least one. */
export function medianPrice(prices: readonly Price[]): Price {
  const middle = (of: keyof Price): number => median(prices.map((price) => price[of]))
  return {
    usdPerVcpuHour: middle('usdPerVcpuHour'),
    usdPerGiBHour: middle('usdPerGiBHour'),
    usdPerGpuHour: middle('usdPerGpuHour'),
  }
}

/** A price times a factor. */
export function scaledPrice({ usdPerVcpuHour, usdPerGiBHour, usdPerGpuHour }: Price, by: number): Price {
  return {
    usdPerVcpuHour: usdPerVcpuHour * by,
    usdPerGiBHour: usdPerGiBHour * by,
    usdPerGpuHour: usdPerGpuHour * by,
  }
}

/** The value in the middle; of an even number the mean of the two. At least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] as number) + (sorted[Math.floor(half)] as number)) / 2
}
