import type { DescribedPool } from '#core/market/described-pool.ts'
import { hostRoom, type InstanceType } from '#core/market/instance-type.ts'
import type { MarketView } from '#core/market/market-view.ts'
import { median, medianPrice, scaledPrice, splitPrice } from '#core/market/split-price.ts'
import { reclaimTendency } from '#core/market/spot-price.ts'
import type { Pool } from '#core/pools/pool.ts'

/** What a pool costs and loses; the note says where that is not what AWS tells. */
export interface MarketPrice {
  readonly value: Pick<Pool, 'price' | 'reclaimsPerHour'>
  readonly note: string | null
}

/** Of its price on demand, what Fargate Spot asks where no price is listed: it is up to 70 % less. */
const fargateSpotShare = 0.3

/**
 * Price and reclaims of a pool: of EC2 the median over the types that it may launch, each split into its parts; of spot, those parts
 * as much cheaper as the type is now. Where there is no price, those that its stack gave it.
 */
export function marketPrice(pool: DescribedPool, types: readonly InstanceType[], view: MarketView): MarketPrice {
  return pool.platform === 'FARGATE' ? fargatePrice(pool, view) : ec2Price(pool, types, view)
}

function fargatePrice({ purchase, price, reclaimsPerHour }: DescribedPool, { fargate }: MarketView): MarketPrice {
  const onDemand = fargate?.value['on-demand'] ?? null
  const asked = fargate?.value[purchase] ?? null
  if (asked !== null) return { value: { price: { ...asked, usdPerGpuHour: 0 }, reclaimsPerHour }, note: null }
  if (onDemand === null) return { value: { price, reclaimsPerHour }, note: stackPrice }
  const value = { price: scaledPrice({ ...onDemand, usdPerGpuHour: 0 }, fargateSpotShare), reclaimsPerHour }
  return { value, note: `its price is taken to be ${fargateSpotShare} of that on demand: none is listed` }
}

function ec2Price(pool: DescribedPool, types: readonly InstanceType[], view: MarketView): MarketPrice {
  const { purchase, price, reclaimsPerHour } = pool
  const fargate = view.fargate?.value['on-demand'] ?? null
  const priced = types.flatMap((type) => {
    const onDemand = view.onDemand?.value[type.type]
    return onDemand === undefined
      ? []
      : [{ type: type.type, onDemand, split: splitPrice(onDemand, hostRoom(type), fargate) }]
  })
  if (priced.length === 0) return { value: { price, reclaimsPerHour }, note: stackPrice }
  if (purchase === 'on-demand') {
    return { value: { price: medianPrice(priced.map(({ split }) => split)), reclaimsPerHour }, note: null }
  }
  const spot = priced.flatMap(({ type, onDemand, split }) => {
    const now = view.spot?.value[type]
    return now === undefined
      ? []
      : [{ price: scaledPrice(split, now.usdPerHour / onDemand), tendency: reclaimTendency(now, onDemand) }]
  })
  if (spot.length === 0) return { value: { price, reclaimsPerHour }, note: stackPrice }
  return {
    value: {
      price: medianPrice(spot.map((one) => one.price)),
      reclaimsPerHour: reclaimsPerHour * median(spot.map(({ tendency }) => tendency)),
    },
    note: null,
  }
}

const stackPrice = 'its price is that of its stack: AWS has told none'
