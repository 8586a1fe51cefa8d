import { afterEach, describe, expect, it } from 'vitest'
import type { MarketGoods } from '#adapters/memory/memory-market.ts'
import type { Market } from '#ports/market.ts'
import { instanceType, marketGoods, marketNowMs, spotQuote } from '../builders/market.ts'

/** What the suite needs of an adapter: a market that has these goods. */
export interface MarketUnderTest {
  readonly market: Market
  close(): Promise<void>
}

/** What every adapter of the `Market` port keeps. */
export function marketContract(name: string, open: (goods: MarketGoods) => Promise<MarketUnderTest>): void {
  describe(`the contract of markets: ${name}`, () => {
    const opened: MarketUnderTest[] = []
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close()
    })
    const marketOf = async (goods: Partial<MarketGoods> = {}): Promise<Market> => {
      const under = await open({ ...marketGoods, ...goods })
      opened.push(under)
      return under.market
    }
    const sinceMs = marketNowMs - 72 * 3_600_000

    it.each([
      { names: ['c7i.large'], types: ['c7i.large'] },
      { names: ['c7i'], types: ['c7i.24xlarge', 'c7i.large', 'c7i.xlarge'] },
      { names: ['g4dn', 'c7i.large', 'm7i'], types: ['c7i.large', 'g4dn.12xlarge', 'g4dn.xlarge', 'm7i.large'] },
      { names: ['c7', 'c7i.l', 'z1d', 'large'], types: [] },
      { names: [], types: [] },
    ])('tells the types that $names stand for: $types', async ({ names, types }) => {
      const told = await (await marketOf()).instanceTypes(names)
      const goods = marketGoods.instanceTypes.filter(({ type }) => types.includes(type))
      const byName = <T extends { readonly type: string }>(all: readonly T[]) =>
        all.toSorted((a, b) => (a.type < b.type ? -1 : 1))
      expect(byName(told)).toStrictEqual(byName(goods))
    })

    it('tells all types of many, with their architecture', async () => {
      const instanceTypes = Array.from({ length: 230 }, (_, n) => instanceType(`m9.x${n}`, n + 1, 2 * n + 2, n % 3))
      const told = await (await marketOf({ instanceTypes })).instanceTypes(['m9'])
      expect(new Map(told.map((one) => [one.type, one]))).toStrictEqual(
        new Map(instanceTypes.map((one) => [one.type, one])),
      )
      expect(await (await marketOf()).instanceTypes(['c7g'])).toMatchObject([{ arch: 'arm64' }])
    })

    it('tells prices on demand of what is asked for, and none of what has none', async () => {
      const market = await marketOf()
      const { 'c7i.large': large, 'g4dn.xlarge': gpu } = marketGoods.onDemand
      expect(await market.onDemandPrices(['g4dn.xlarge', 'c7i.large', 'c7g.large', 'z1d.large'])).toStrictEqual({
        'c7i.large': large,
        'g4dn.xlarge': gpu,
      })
      expect(await market.onDemandPrices([])).toStrictEqual({})
      const onDemand = Object.fromEntries(Array.from({ length: 330 }, (_, n) => [`m9.x${n}`, (n + 1) / 1000]))
      expect(await (await marketOf({ onDemand })).onDemandPrices(Object.keys(onDemand))).toStrictEqual(onDemand)
    })

    it('tells changes of spot prices since then, and what held before in each zone', async () => {
      const told = await (await marketOf()).spotHistory(['c7i.large', 'm7i.large', 'r7i.large'], sinceMs)
      expect(told.toSorted((a, b) => a.atMs - b.atMs)).toStrictEqual([
        spotQuote('m7i.large', 0.0403, 200),
        spotQuote('c7i.large', 0.04, 100),
        spotQuote('c7i.large', 0.0357, 90, 'us-east-1b'),
        spotQuote('c7i.large', 0.03, 50),
        spotQuote('c7i.large', 0.0357, 10),
      ])
      expect(await (await marketOf()).spotHistory([], sinceMs)).toStrictEqual([])
    })

    it('tells a long history of spot prices whole', async () => {
      const spot = Array.from({ length: 2_300 }, (_, n) => spotQuote('c7i.large', (n + 1) / 10_000, 70 - n / 40))
      const told = await (await marketOf({ spot })).spotHistory(['c7i.large'], sinceMs)
      expect(told.toSorted((a, b) => a.atMs - b.atMs)).toStrictEqual(spot)
    })

    it('tells prices of Fargate, and none of a purchase that is not listed', async () => {
      const { fargate } = marketGoods
      expect(await (await marketOf()).fargatePrices()).toStrictEqual(fargate)
      const both = { ...fargate, spot: { usdPerVcpuHour: 0.0123, usdPerGiBHour: 0.00135 } }
      expect(await (await marketOf({ fargate: both })).fargatePrices()).toStrictEqual(both)
      const none = { 'on-demand': null, spot: null }
      expect(await (await marketOf({ fargate: none })).fargatePrices()).toStrictEqual(none)
    })

    it('tells quotas, zero too, and leaves out what the region has none of', async () => {
      expect(await (await marketOf()).quotas()).toStrictEqual(marketGoods.quotas)
      expect(await (await marketOf({ quotas: { 'g spot': 0 } })).quotas()).toStrictEqual({ 'g spot': 0 })
    })
  })
}
