import type { InstanceType } from '#core/market/instance-type.ts'
import type { Quotas } from '#core/market/quota.ts'
import type { SpotPrice } from '#core/market/spot-price.ts'

/** What was told, and when; `null`: nobody has told it yet. */
export type Quoted<T> = { readonly value: T; readonly atMs: number } | null

/** What Fargate asks for an hour of Linux on x86; `null`: not listed. */
export type FargatePrice = { readonly usdPerVcpuHour: number; readonly usdPerGiBHour: number } | null

/** Prices of Fargate by purchase. */
export type FargatePrices = Readonly<Record<'on-demand' | 'spot', FargatePrice>>

/** What an account knows of its market at one moment: the latest of each that AWS has told. */
export interface MarketView {
  readonly instanceTypes: Quoted<readonly InstanceType[]>
  /** USD an hour by type of instance. */
  readonly onDemand: Quoted<Readonly<Record<string, number>>>
  readonly spot: Quoted<Readonly<Record<string, SpotPrice>>>
  readonly fargate: Quoted<FargatePrices>
  readonly quotas: Quoted<Quotas>
}

export const emptyView: MarketView = { instanceTypes: null, onDemand: null, spot: null, fargate: null, quotas: null }
