import type { PricingClient } from '@aws-sdk/client-pricing'
import { expect, test } from 'vitest'
import { listedPrices } from '#adapters/aws/price-list.ts'
import { ec2Prices } from '#adapters/aws/pricing-market.ts'

/** A client whose price list has these products. */
function clientWith(...products: readonly object[]) {
  const send = async () => ({ PriceList: products.map((one) => JSON.stringify(one)) })
  return { send } as unknown as Pick<PricingClient, 'send'>
}

const dimension = (usd: string) => ({ unit: 'Hrs', pricePerUnit: { USD: usd } })
const attributes = { instanceType: 'c7i.large', operation: 'RunInstances' }
const product = (...prices: readonly object[]) => ({
  product: { sku: 'S', attributes },
  terms: {
    OnDemand: { 'S.J': { effectiveDate: '2026-11-01', priceDimensions: Object.fromEntries(prices.entries()) } },
  },
})

test('of terms of now and of later, that of now counts', async () => {
  const later = { effectiveDate: '2026-12-01', priceDimensions: { a: dimension('2') } }
  const now = { effectiveDate: '2026-11-01', priceDimensions: { a: dimension('1.5000') } }
  const both = { ...product(), terms: { OnDemand: { later, now } } }
  expect(await listedPrices(clientWith(both), 'AmazonEC2', [])).toStrictEqual([{ attributes, usd: 1.5 }])
})

test('a product without terms, or with a price in another currency alone, has no price', async () => {
  const yuan = product({ unit: 'Hrs', pricePerUnit: { CNY: '1' } })
  expect(await listedPrices(clientWith({ ...product(), terms: {} }, yuan), 'AmazonEC2', [])).toStrictEqual([])
})

test.each([
  ['is no price', product(dimension('-1')), 'pricePerUnit'],
  ['is empty', product(dimension('')), 'pricePerUnit'],
  ['is a number of another form', product(dimension('1e3')), 'pricePerUnit'],
  ['is two', product(dimension('1'), dimension('2')), '2 prices of S'],
  ['stands where none is looked for', { product: { sku: 'S' }, terms: {} }, 'attributes'],
])('what %s is refused', async (_, one, words) => {
  await expect(listedPrices(clientWith(one), 'AmazonEC2', [])).rejects.toThrow(words)
})

test('a type with two different prices is refused, with the same one twice it has that', async () => {
  const [one, two] = [product(dimension('1')), product(dimension('2'))]
  expect(await ec2Prices(clientWith(one, one), 'us-east-1', ['c7i.large'])).toStrictEqual({ 'c7i.large': 1 })
  await expect(ec2Prices(clientWith(one, two), 'us-east-1', ['c7i.large'])).rejects.toThrow(
    'several prices of c7i.large',
  )
})
