/** A change of a spot price: from then on, in one zone. */
export interface SpotQuote {
  readonly type: string
  readonly zone: string
  readonly usdPerHour: number
  readonly atMs: number
}

/** The spot price of a type over its zones: now, and its mean over a time before. */
export interface SpotPrice {
  readonly usdPerHour: number
  readonly meanUsdPerHour: number
}

/**
 * Prices by type from a history in any order: the mean over zones of the latest, and of each zone's mean since `sinceMs`, each
 * price for as long as it held. O(n log n).
 */
export function spotPrices(
  history: readonly SpotQuote[],
  sinceMs: number,
  nowMs: number,
): Readonly<Record<string, SpotPrice>> {
  const zones = Map.groupBy(
    history.toSorted((a, b) => a.atMs - b.atMs),
    ({ type, zone }) => `${type} ${zone}`,
  )
  const byType = Map.groupBy([...zones.values()], ([first]) => (first as SpotQuote).type)
  return Object.fromEntries(
    [...byType].map(([type, each]) => [
      type,
      {
        usdPerHour: mean(each.map((quotes) => (quotes.at(-1) as SpotQuote).usdPerHour)),
        meanUsdPerHour: mean(each.map((quotes) => meanOver(quotes, sinceMs, nowMs))),
      },
    ]),
  )
}

/** The least and the most that signs of scarce capacity change an expected rate of reclaims by. */
const leastTendency = 0.25
const mostTendency = 4
/** Of the price on demand: where most spot prices are. */
const usualShare = 0.4

/**
 * How many times as often as usual hosts of a type may be reclaimed, as far as EC2 tells: it publishes no rates, but spare capacity
 * that gets scarce shows as a spot price near that on demand, and as one that rises.
 */
export function reclaimTendency({ usdPerHour, meanUsdPerHour }: SpotPrice, onDemandUsdPerHour: number): number {
  const scarce = usdPerHour / onDemandUsdPerHour / usualShare
  const rising = meanUsdPerHour > 0 ? usdPerHour / meanUsdPerHour : 1
  return Math.min(mostTendency, Math.max(leastTendency, scarce * rising))
}

/** The mean of one zone's prices, oldest first; the first of them held before, too. */
function meanOver(quotes: readonly SpotQuote[], sinceMs: number, nowMs: number): number {
  const heldMs = quotes.map(({ atMs }, index) => {
    const fromMs = index === 0 ? sinceMs : Math.max(sinceMs, atMs)
    return Math.max(0, Math.min(nowMs, quotes[index + 1]?.atMs ?? nowMs) - fromMs)
  })
  const totalMs = heldMs.reduce((sum, ms) => sum + ms, 0)
  if (totalMs === 0) return (quotes.at(-1) as SpotQuote).usdPerHour
  return quotes.reduce((sum, { usdPerHour }, index) => sum + usdPerHour * ((heldMs[index] as number) / totalMs), 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
