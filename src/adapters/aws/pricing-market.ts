import type { Filter, PricingClient } from '@aws-sdk/client-pricing'
import { listedPrices } from '#adapters/aws/price-list.ts'
import type { FargatePrice, FargatePrices } from '#core/market/market-view.ts'

/** Types of one request: their names make a value that is not too long. */
const typesAtOnce = 50

/** What an hour of Linux on shared hosts costs, nothing preinstalled, no capacity reserved. */
const linux = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
} as const

/** USD an hour on demand by type, in a region. @throws when the list has two prices of one type. */
export async function ec2Prices(
  client: Pick<PricingClient, 'send'>,
  region: string,
  types: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const usd = new Map<string, number>()
  for (let at = 0; at < types.length; at += typesAtOnce) {
    const some = types.slice(at, at + typesAtOnce)
    const oneOf: Filter = { Type: 'ANY_OF', Field: 'instanceType', Value: some.join(',') }
    const listed = await listedPrices(client, 'AmazonEC2', [oneOf, ...terms({ ...linux, regionCode: region })])
    for (const { attributes, usd: price } of listed) {
      const { instanceType: type = '', operation } = attributes
      // Only the plain operation is Linux without a licence; a price of nothing is that of a dedicated host.
      if (!some.includes(type) || operation !== 'RunInstances' || price === 0) continue
      if (usd.has(type) && usd.get(type) !== price) throw new Error(`the price list has several prices of ${type}`)
      usd.set(type, price)
    }
  }
  return Object.fromEntries(usd)
}

/** Usage types of Linux on x86, behind the region's letters: `USE1-`, none in some. */
const usage = {
  'on-demand': { vcpu: /^([A-Z]+\d+-)?Fargate-vCPU-Hours:perCPU$/, gib: /^([A-Z]+\d+-)?Fargate-GB-Hours$/ },
  spot: {
    vcpu: /^([A-Z]+\d+-)?SpotUsage-Fargate-vCPU-Hours:perCPU$/,
    gib: /^([A-Z]+\d+-)?SpotUsage-Fargate-GB-Hours$/,
  },
} as const

/** What Fargate asks in a region, by purchase. */
export async function ecsFargatePrices(client: Pick<PricingClient, 'send'>, region: string): Promise<FargatePrices> {
  const listed = await listedPrices(client, 'AmazonECS', terms({ regionCode: region }))
  const usdOf = (pattern: RegExp) => listed.find(({ attributes }) => pattern.test(attributes['usagetype'] ?? ''))?.usd
  const priceOf = ({ vcpu, gib }: { readonly vcpu: RegExp; readonly gib: RegExp }): FargatePrice => {
    const [usdPerVcpuHour, usdPerGiBHour] = [usdOf(vcpu), usdOf(gib)]
    return usdPerVcpuHour === undefined || usdPerGiBHour === undefined ? null : { usdPerVcpuHour, usdPerGiBHour }
  }
  return { 'on-demand': priceOf(usage['on-demand']), spot: priceOf(usage.spot) }
}

function terms(values: Readonly<Record<string, string>>): readonly Filter[] {
  return Object.entries(values).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }))
}
