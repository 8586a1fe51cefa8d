import { type InstanceType, isNamed } from '#core/market/instance-type.ts'
import type { FargatePrices } from '#core/market/market-view.ts'
import type { Quotas } from '#core/market/quota.ts'
import type { SpotQuote } from '#core/market/spot-price.ts'
import type { Market } from '#ports/market.ts'

/** All that a market in memory has. */
export interface MarketGoods {
  readonly instanceTypes: readonly InstanceType[]
  readonly onDemand: Readonly<Record<string, number>>
  readonly spot: readonly SpotQuote[]
  readonly fargate: FargatePrices
  readonly quotas: Quotas
}

/** A market of which all is known. */
export class MemoryMarket implements Market {
  readonly #goods: MarketGoods

  constructor(goods: MarketGoods) {
    this.#goods = goods
  }

  async instanceTypes(names: readonly string[]): Promise<readonly InstanceType[]> {
    return this.#goods.instanceTypes.filter(({ type }) => isNamed(type, names))
  }

  async onDemandPrices(types: readonly string[]): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(Object.entries(this.#goods.onDemand).filter(([type]) => types.includes(type)))
  }

  async spotHistory(types: readonly string[], sinceMs: number): Promise<readonly SpotQuote[]> {
    const asked = this.#goods.spot.filter(({ type }) => types.includes(type))
    const zones = Map.groupBy(asked, ({ type, zone }) => `${type} ${zone}`)
    return [...zones.values()].flatMap((quotes) => {
      const last = quotes.filter(({ atMs }) => atMs <= sinceMs).toSorted((a, b) => b.atMs - a.atMs)
      return [...last.slice(0, 1), ...quotes.filter(({ atMs }) => atMs > sinceMs)]
    })
  }

  async fargatePrices(): Promise<FargatePrices> {
    return this.#goods.fargate
  }

  async quotas(): Promise<Quotas> {
    return this.#goods.quotas
  }
}
