import { type Filter, GetProductsCommand, type PricingClient } from '@aws-sdk/client-pricing'
import { z } from 'zod'

/** What one page holds at most. */
const pageSize = 100

/** A price of the list: what a unit costs on demand, beyond any free part. */
export interface ListedPrice {
  readonly attributes: Readonly<Record<string, string>>
  readonly usd: number
}

const amount = z.string().regex(/^\d+(\.\d+)?$/)
const dimension = z.object({
  unit: z.string(),
  beginRange: z.string().optional(),
  pricePerUnit: z.object({ USD: amount.optional() }),
})
const productSchema = z.object({
  product: z.object({ sku: z.string(), attributes: z.record(z.string(), z.string()) }),
  terms: z.object({
    OnDemand: z
      .record(z.string(), z.object({ effectiveDate: z.string(), priceDimensions: z.record(z.string(), dimension) }))
      .optional(),
  }),
})

/**
 * The products of a service that meet all of these terms, with their price on demand. The list has each product as JSON in a string,
 * with terms and prices below names of their own; one without a price in USD is passed over.
 * @throws when a product has another form, or several prices.
 */
export async function listedPrices(
  client: Pick<PricingClient, 'send'>,
  ServiceCode: string,
  filters: readonly Filter[],
): Promise<readonly ListedPrice[]> {
  const prices: ListedPrice[] = []
  let NextToken: string | undefined
  do {
    const request = { ServiceCode, Filters: [...filters], FormatVersion: 'aws_v1', MaxResults: pageSize, NextToken }
    const page = await client.send(new GetProductsCommand(request))
    for (const text of page.PriceList ?? []) {
      const price = read(String(text))
      if (price !== undefined) prices.push(price)
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined && NextToken !== '')
  return prices
}

function read(text: string): ListedPrice | undefined {
  const { product, terms } = productSchema.parse(JSON.parse(text))
  // A term that begins later may stand beside the one of now.
  const current = Object.values(terms.OnDemand ?? {}).toSorted((a, b) =>
    a.effectiveDate < b.effectiveDate ? -1 : 1,
  )[0]
  const inUsd = Object.values(current?.priceDimensions ?? {}).flatMap(({ pricePerUnit: { USD } }) => USD ?? [])
  if (inUsd.length > 1) throw new Error(`the price list has ${inUsd.length} prices of ${product.sku}`)
  const [usd] = inUsd
  return usd === undefined ? undefined : { attributes: product.attributes, usd: Number(usd) }
}
