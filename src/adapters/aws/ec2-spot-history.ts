import {
  DescribeSpotPriceHistoryCommand,
  type EC2Client,
  type SpotPrice,
  type _InstanceType,
} from '@aws-sdk/client-ec2'
import type { SpotQuote } from '#core/market/spot-price.ts'

/** What one page holds at most. */
const pageSize = 1_000

/** Changes of spot prices of Linux since then; EC2 gives the price that held before with them. */
export async function ec2SpotHistory(
  client: Pick<EC2Client, 'send'>,
  types: readonly string[],
  sinceMs: number,
): Promise<readonly SpotQuote[]> {
  // Without types it would be the history of all.
  if (types.length === 0) return []
  const quotes: SpotQuote[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: types as _InstanceType[],
        ProductDescriptions: ['Linux/UNIX'],
        StartTime: new Date(sinceMs),
        MaxResults: pageSize,
        NextToken,
      }),
    )
    quotes.push(...(page.SpotPriceHistory ?? []).map(read))
    // The last page has an empty token.
    NextToken = page.NextToken
  } while (NextToken !== undefined && NextToken !== '')
  return quotes
}

/** @throws when it is not a price. */
function read({ InstanceType: type, AvailabilityZone: zone, SpotPrice: price, Timestamp }: SpotPrice): SpotQuote {
  const usdPerHour = Number(price)
  if (type === undefined || zone === undefined || Timestamp === undefined || !price || !(usdPerHour >= 0)) {
    throw new Error(`EC2 tells a spot price that is none: ${type} in ${zone} for ${price}`)
  }
  return { type, zone, usdPerHour, atMs: Timestamp.getTime() }
}
