import { marketDocumentSchema } from '#contract/market-document.ts'
import { marketKey } from '#contract/object-keys.ts'
import { canonicalBytes } from '#core/hash.ts'
import { plainNames } from '#core/market/instance-type.ts'
import { emptyView, type MarketView, type Quoted } from '#core/market/market-view.ts'
import { spotPrices } from '#core/market/spot-price.ts'
import type { Clock } from '#ports/clock.ts'
import type { Market } from '#ports/market.ts'
import type { ObjectStore } from '#ports/object-store.ts'

const hourMs = 3_600_000

/** How old an answer may be before it is asked for again. */
const freshMs = {
  instanceTypes: 7 * 24 * hourMs,
  onDemand: 12 * hourMs,
  spot: hourMs,
  fargate: 12 * hourMs,
  quotas: 24 * hourMs,
} as const satisfies Readonly<Record<keyof MarketView, number>>

/** Hours whose view may still be of use, counted from now. */
const keptHours = 24
/** Time that the mean of a spot price is taken over. */
const spotWindowMs = 3 * 24 * hourMs

/** What knowledge of the market is drawn from and kept in. */
export interface MarketPorts {
  readonly market: Market
  readonly objects: Pick<ObjectStore, 'read' | 'writeOnce'>
  readonly clock: Clock
}

/** The view, and in words what could not be had now. */
export interface KnownMarket {
  readonly view: MarketView
  readonly notes: readonly string[]
}

/**
 * What is known of the market for instances of these names. One process an hour asks for what has aged and writes the view of the
 * hour, which the others read; so all of them count with the same prices. What is not told stays as it was told last.
 */
export async function knownMarket(ports: MarketPorts, instanceTypes: readonly string[]): Promise<KnownMarket> {
  const names = plainNames(instanceTypes)
  const hour = Math.floor(ports.clock.nowMs() / hourMs)
  const current = await viewOf(ports, names, hour)
  if (current !== undefined) return { view: current, notes: [] }
  const last = await latestView(ports, names, hour)
  const { view, notes } = await refreshed(ports, names, last)
  // What nobody has ever told is asked for again by the next process.
  if (Object.values(view).includes(null)) return { view, notes }
  const written = await ports.objects.writeOnce(marketKey(names, hour), canonicalBytes(view))
  // Another process may have been first: what it wrote counts.
  const kept = written === 'taken' ? await viewOf(ports, names, hour) : undefined
  return { view: kept ?? view, notes }
}

/** What another process has written of the market within a day; asks nobody else. */
export async function toldMarket(
  ports: Pick<MarketPorts, 'objects' | 'clock'>,
  instanceTypes: readonly string[],
): Promise<MarketView> {
  const names = plainNames(instanceTypes)
  const hour = Math.floor(ports.clock.nowMs() / hourMs)
  return (await viewOf(ports, names, hour)) ?? latestView(ports, names, hour)
}

/** The newest view of the hours before. */
async function latestView(
  ports: Pick<MarketPorts, 'objects'>,
  names: readonly string[],
  hour: number,
): Promise<MarketView> {
  const hours = Array.from({ length: keptHours }, (_, back) => hour - 1 - back)
  const views = await Promise.all(hours.map((one) => viewOf(ports, names, one)))
  return views.find((view) => view !== undefined) ?? emptyView
}

async function viewOf(
  { objects }: Pick<MarketPorts, 'objects'>,
  names: readonly string[],
  hour: number,
): Promise<MarketView | undefined> {
  const bytes = await objects.read(marketKey(names, hour))
  if (bytes === undefined) return undefined
  // One that another version wrote may read otherwise: what it says can be had again.
  const document = marketDocumentSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
  return document.success ? document.data : undefined
}

async function refreshed(
  { market, clock }: MarketPorts,
  names: readonly string[],
  last: MarketView,
): Promise<KnownMarket> {
  const nowMs = clock.nowMs()
  const notes: string[] = []
  const fresh = async <T>(what: keyof MarketView, known: Quoted<T>, ask: () => Promise<T>): Promise<Quoted<T>> => {
    if (known !== null && nowMs - known.atMs < freshMs[what]) return known
    try {
      return { value: await ask(), atMs: nowMs }
    } catch (error) {
      const then =
        known === null ? 'none are known' : `those of ${((nowMs - known.atMs) / hourMs).toFixed(1)} hours ago are used`
      notes.push(
        `${titles[what]} could not be had: ${then} (${error instanceof Error ? error.message : String(error)})`,
      )
      return known
    }
  }
  const [instanceTypes, fargate, quotas] = await Promise.all([
    fresh('instanceTypes', last.instanceTypes, () => market.instanceTypes(names)),
    fresh('fargate', last.fargate, () => market.fargatePrices()),
    fresh('quotas', last.quotas, () => market.quotas()),
  ])
  if (instanceTypes === null) return { view: { ...last, fargate, quotas }, notes }
  const types = instanceTypes.value.map(({ type }) => type)
  const sinceMs = nowMs - spotWindowMs
  const [onDemand, spot] = await Promise.all([
    fresh('onDemand', last.onDemand, () => market.onDemandPrices(types)),
    fresh('spot', last.spot, async () => spotPrices(await market.spotHistory(types, sinceMs), sinceMs, nowMs)),
  ])
  return { view: { instanceTypes, onDemand, spot, fargate, quotas }, notes }
}

const titles: Readonly<Record<keyof MarketView, string>> = {
  instanceTypes: 'instance types',
  onDemand: 'prices on demand',
  spot: 'spot prices',
  fargate: 'prices of Fargate',
  quotas: 'quotas',
}
