import type { InstanceType } from '#core/market/instance-type.ts'
import type { FargatePrices } from '#core/market/market-view.ts'
import type { Quotas } from '#core/market/quota.ts'
import type { SpotQuote } from '#core/market/spot-price.ts'

/**
 * What a region offers to an account, as it is told now; nothing is remembered. What is not told after patient asking rejects the
 * promise; an answer of a form that is not known does so, too.
 */
export interface Market {
  /** Types that the region has of those that names stand for: types (`c7i.large`) and families (`c7i`); none of bare metal. */
  instanceTypes(names: readonly string[]): Promise<readonly InstanceType[]>
  /** USD an hour on demand, of Linux on shared hosts; types without a price are absent. */
  onDemandPrices(types: readonly string[]): Promise<Readonly<Record<string, number>>>
  /** Changes of spot prices since then, and of each type and zone the price that held before; in any order. */
  spotHistory(types: readonly string[], sinceMs: number): Promise<readonly SpotQuote[]>
  fargatePrices(): Promise<FargatePrices>
  quotas(): Promise<Quotas>
}
