import { describe, expect, test } from 'vitest'
import { MemoryMarket } from '#adapters/memory/memory-market.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { marketKey } from '#contract/object-keys.ts'
import { emptyView } from '#core/market/market-view.ts'
import { knownMarket, toldMarket } from '#operations/market-view.ts'
import type { Market } from '#ports/market.ts'
import { marketGoods, marketNowMs } from '../builders/market.ts'

const hourMs = 3_600_000
const methods = ['instanceTypes', 'onDemandPrices', 'spotHistory', 'fargatePrices', 'quotas'] as const
type Method = (typeof methods)[number]

/** An account whose market counts what it is asked for, and does not answer what is `silent`. */
function account() {
  const objects = new MemoryObjects()
  const goods = new MemoryMarket(marketGoods)
  const asked: Method[] = []
  const silent = new Set<Method>()
  const ask = <T>(method: Method, answer: () => Promise<T>): Promise<T> => {
    asked.push(method)
    return silent.has(method) ? Promise.reject(new Error(`${method}: no answer`)) : answer()
  }
  const market: Market = {
    instanceTypes: (names) => ask('instanceTypes', () => goods.instanceTypes(names)),
    onDemandPrices: (types) => ask('onDemandPrices', () => goods.onDemandPrices(types)),
    spotHistory: (types, sinceMs) => ask('spotHistory', () => goods.spotHistory(types, sinceMs)),
    fargatePrices: () => ask('fargatePrices', () => goods.fargatePrices()),
    quotas: () => ask('quotas', () => goods.quotas()),
  }
  let nowMs = marketNowMs
  const clock = { nowMs: () => nowMs }
  return {
    silent,
    ports: { objects, market, clock },
    later: (hours: number) => (nowMs += hours * hourMs),
    /** What was asked for since the last look. */
    asked: () => asked.splice(0).toSorted(),
  }
}

describe('what is known of the market', () => {
  test('is asked for once an hour, by one process for all', async () => {
    const { ports, asked, later } = account()
    const first = await knownMarket(ports, ['c7i'])
    expect(first.notes).toStrictEqual([])
    expect(first.view.onDemand).toStrictEqual({
      value: { 'c7i.24xlarge': 4.284, 'c7i.large': 0.08925, 'c7i.xlarge': 0.1785 },
      atMs: marketNowMs,
    })
    expect(asked()).toStrictEqual(methods.toSorted())

    later(0.9)
    expect(await knownMarket(ports, ['c7i', 'c7i'])).toStrictEqual(first)
    expect(asked()).toStrictEqual([])
  })

  test('is asked for again by its kind, as it ages', async () => {
    const { ports, asked, later } = account()
    await knownMarket(ports, ['c7i'])
    asked()
    later(1)
    const { view } = await knownMarket(ports, ['c7i'])
    expect(asked()).toStrictEqual(['spotHistory'])
    expect([view.spot?.atMs, view.quotas?.atMs]).toStrictEqual([marketNowMs + hourMs, marketNowMs])
    later(11)
    await knownMarket(ports, ['c7i'])
    expect(asked()).toStrictEqual(['fargatePrices', 'onDemandPrices', 'spotHistory'])
    later(12)
    await knownMarket(ports, ['c7i'])
    expect(asked()).toStrictEqual(['fargatePrices', 'onDemandPrices', 'quotas', 'spotHistory'])
    later(25)
    await knownMarket(ports, ['c7i'])
    expect(asked()).toStrictEqual(methods.toSorted())
  })

  test('of other instances is another', async () => {
    const { ports, asked } = account()
    await knownMarket(ports, ['c7i'])
    asked()
    expect((await knownMarket(ports, ['m7i'])).view.onDemand?.value).toStrictEqual({ 'm7i.large': 0.1008 })
    expect(asked()).toHaveLength(5)
  })

  test('stays as it was told last where AWS does not answer, with its age', async () => {
    const { ports, silent, later, asked } = account()
    const before = await knownMarket(ports, ['c7i'])
    for (const method of methods) silent.add(method)
    later(13)
    const after = await knownMarket(ports, ['c7i'])
    expect(after.view).toStrictEqual(before.view)
    expect(after.notes.toSorted()).toStrictEqual([
      'prices of Fargate could not be had: those of 13.0 hours ago are used (fargatePrices: no answer)',
      'prices on demand could not be had: those of 13.0 hours ago are used (onDemandPrices: no answer)',
      'spot prices could not be had: those of 13.0 hours ago are used (spotHistory: no answer)',
    ])
    asked()
    await knownMarket(ports, ['c7i'])
    expect(asked()).toStrictEqual([])
  })

  test('is asked for by the next process where nobody has ever told it', async () => {
    const { ports, silent, asked } = account()
    silent.add('quotas')
    const { view, notes } = await knownMarket(ports, ['c7i'])
    expect(view.quotas).toBeNull()
    expect(notes).toStrictEqual(['quotas could not be had: none are known (quotas: no answer)'])
    silent.clear()
    asked()
    expect((await knownMarket(ports, ['c7i'])).view.quotas?.value).toStrictEqual(marketGoods.quotas)
  })

  test('has no prices of instances that are not known', async () => {
    const { ports, silent, asked } = account()
    silent.add('instanceTypes')
    const { view } = await knownMarket(ports, ['c7i'])
    expect([view.onDemand, view.spot]).toStrictEqual([null, null])
    expect(asked()).toStrictEqual(['fargatePrices', 'instanceTypes', 'quotas'])
  })

  test('is what was written first, of processes that ask at once', async () => {
    const { ports, later } = account()
    const [slow, quick] = await Promise.all([
      knownMarket({ ...ports, objects: slowly(ports.objects) }, ['c7i']),
      knownMarket({ ...ports, clock: { nowMs: () => marketNowMs + 1 } }, ['c7i']),
    ])
    expect(quick.view.quotas?.atMs).toBe(marketNowMs + 1)
    expect(slow.view).toStrictEqual(quick.view)
    later(1)
    expect((await knownMarket(ports, ['c7i'])).view.quotas).toStrictEqual(quick.view.quotas)
  })

  test('is read of this hour, or the last one in a day, by those who do not ask', async () => {
    const { ports, later, asked } = account()
    expect(await toldMarket(ports, ['c7i'])).toStrictEqual(emptyView)
    const { view } = await knownMarket(ports, ['c7i'])
    asked()
    expect(await toldMarket(ports, ['c7i', 'c7i'])).toStrictEqual(view)
    expect(await toldMarket(ports, ['m7i'])).toStrictEqual(emptyView)
    later(1)
    expect(await toldMarket(ports, ['c7i'])).toStrictEqual(view)
    later(24)
    expect(await toldMarket(ports, ['c7i'])).toStrictEqual(emptyView)
    expect(asked()).toStrictEqual([])
  })

  test('is had again where another version wrote it otherwise', async () => {
    const { ports, asked } = account()
    const key = marketKey(['c7i'], Math.floor(marketNowMs / hourMs))
    await ports.objects.writeOnce(key, new TextEncoder().encode('{"prices":[]}'))
    expect((await knownMarket(ports, ['c7i'])).view.quotas?.value).toStrictEqual(marketGoods.quotas)
    expect(asked()).toHaveLength(5)
  })
})

/** Objects whose writes come late. */
function slowly(objects: MemoryObjects): Pick<MemoryObjects, 'read' | 'writeOnce'> {
  return {
    read: (key) => objects.read(key),
    writeOnce: async (key, bytes) => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
      return objects.writeOnce(key, bytes)
    },
  }
}
