import { Readable } from 'node:stream'
import type { MarketGoods } from '#adapters/memory/memory-market.ts'
import { quotaNames, quotas } from '#core/market/quota.ts'

interface Request {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

type Answer = readonly [status: number, body: string]
type Fields = Readonly<Record<string, string>>
interface JsonRequest {
  readonly NextToken?: string
  readonly MaxResults?: number
  readonly ServiceCode: string
  readonly QuotaCode?: string
  readonly Filters?: readonly { readonly Type: string; readonly Field: string; readonly Value: string }[]
}

/**
 * EC2, the price list and Service Quotas as far as a market asks them, behind the clients of the AWS SDK: answers are those of their
 * references in form, with pages and what they tell beside.
 */
export class ModelMarket {
  readonly #goods: MarketGoods
  /** Actions that were asked for. */
  readonly asked: string[] = []

  constructor(goods: MarketGoods) {
    this.#goods = goods
  }

  /** What a client takes for its connection. */
  readonly requestHandler = {
    handle: async ({ headers, body }: Request) => {
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)
      const [statusCode, answer] = this.#answer(headers['x-amz-target'], text)
      return { response: { statusCode, headers: {}, body: Readable.from([Buffer.from(answer)]) } }
    },
  }

  #answer(target: string | undefined, text: string): Answer {
    const fields: Fields = target === undefined ? Object.fromEntries(new URLSearchParams(text)) : {}
    const action = target?.split('.')[1] ?? fields['Action'] ?? ''
    this.asked.push(action)
    switch (action) {
      case 'DescribeInstanceTypes':
        return this.#instanceTypes(fields)
      case 'DescribeSpotPriceHistory':
        return this.#spotPriceHistory(fields)
      case 'GetProducts':
        return this.#products(JSON.parse(text) as JsonRequest)
      case 'GetServiceQuota':
        return this.#quota(JSON.parse(text) as JsonRequest, granted)
      case 'GetAWSDefaultServiceQuota':
        return this.#quota(JSON.parse(text) as JsonRequest, (code) => !granted(code))
      default:
        return [400, `no such action: ${action}`]
    }
  }

  #instanceTypes(fields: Fields): Answer {
    const patterns = listed(fields, 'Filter.1.Value').map((value) => value.replaceAll('.', '\\.').replaceAll('*', '.*'))
    const types = this.#goods.instanceTypes
      .filter(({ type }) => patterns.some((pattern) => new RegExp(`^${pattern}$`).test(type)))
      .map(({ type, vcpus, memoryMiB, gpus, arch }) => {
        const gpu = gpus === 0 ? '' : `<gpuInfo><gpus><item><count>${gpus}</count></item></gpus></gpuInfo>`
        return `<item><instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>${vcpus}</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>${memoryMiB}</sizeInMiB></memoryInfo>${gpu}<processorInfo><supportedArchitectures><item>i386</item><item>${arch}</item></supportedArchitectures></processorInfo></item>`
      })
    // Beside what was asked for: of an architecture for nobody.
    const mac =
      '<item><instanceType>c7i.mac</instanceType><processorInfo><supportedArchitectures><item>x86_64_mac</item></supportedArchitectures></processorInfo></item>'
    return xmlPage(fields, 'DescribeInstanceTypes', 'instanceTypeSet', patterns.length === 0 ? [] : [...types, mac])
  }

  #spotPriceHistory(fields: Fields): Answer {
    const types = listed(fields, 'InstanceType')
    const sinceMs = Date.parse(fields['StartTime'] ?? '')
    const asked = this.#goods.spot.filter(({ type }) => types.includes(type)).toSorted((a, b) => b.atMs - a.atMs)
    const before = new Set<string>()
    const items = asked
      .filter(({ type, zone, atMs }) => {
        const isFirst = atMs > sinceMs || !before.has(`${type} ${zone}`)
        if (atMs <= sinceMs) before.add(`${type} ${zone}`)
        return isFirst
      })
      .map(
        ({ type, zone, usdPerHour, atMs }) =>
          `<item><instanceType>${type}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${usdPerHour.toFixed(6)}</spotPrice><timestamp>${new Date(atMs).toISOString()}</timestamp><availabilityZone>${zone}</availabilityZone></item>`,
      )
    return xmlPage(fields, 'DescribeSpotPriceHistory', 'spotPriceHistorySet', items)
  }

  #products(request: JsonRequest): Answer {
    const all = request.ServiceCode === 'AmazonEC2' ? this.#ec2Products() : this.#fargateProducts()
    const found = all.filter((attributes) =>
      request.Filters?.every(({ Type, Field, Value }) => {
        const value = attributes[Field] ?? ''
        return Type === 'ANY_OF' ? Value.split(',').includes(value) : value === Value
      }),
    )
    const [PriceList, NextToken] = page(found, request)
    const body = { FormatVersion: 'aws_v1', PriceList: PriceList.map((one, n) => product(one, n)), NextToken }
    return [200, JSON.stringify(body)]
  }

  #ec2Products(): readonly Fields[] {
    const linux = {
      operatingSystem: 'Linux',
      tenancy: 'Shared',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
      regionCode: 'us-east-1',
    }
    return Object.entries(this.#goods.onDemand).flatMap(([instanceType, usd]) => {
      const plain = { ...linux, instanceType, operation: 'RunInstances', usd: String(usd) }
      return [
        plain,
        { ...plain, operatingSystem: 'Windows', operation: 'RunInstances:0002', usd: '9.0000000000' },
        { ...plain, regionCode: 'eu-west-1', usd: '8.0000000000' },
        { ...plain, tenancy: 'Host', usd: '0.0000000000' },
        { ...plain, operation: 'RunInstances:FFP-00n0', usd: '7.0000000000' },
        { ...plain, capacitystatus: 'UnusedCapacityReservation', usd: '6.0000000000' },
      ]
    })
  }

  #fargateProducts(): readonly Fields[] {
    const { fargate } = this.#goods
    const of = (price: MarketGoods['fargate']['spot'], prefix: string): readonly Fields[] =>
      price === null
        ? []
        : [
            { usagetype: `USE1-${prefix}Fargate-vCPU-Hours:perCPU`, usd: String(price.usdPerVcpuHour) },
            { usagetype: `USE1-${prefix}Fargate-GB-Hours`, usd: String(price.usdPerGiBHour) },
          ]
    const beside = ['ARM-vCPU-Hours:perCPU', 'ARM-GB-Hours', 'EphemeralStorage-GB-Hours', 'Windows-vCPU-Hours:perCPU']
    const others = beside.map((one) => ({ usagetype: `USE1-Fargate-${one}`, usd: '5.0000000000' }))
    const all = [
      ...others,
      { usagetype: 'USE1-ECS-Anywhere' },
      ...of(fargate['on-demand'], ''),
      ...of(fargate.spot, 'SpotUsage-'),
    ]
    return all.map((one): Fields => ({ ...one, regionCode: 'us-east-1' }))
  }

  #quota({ ServiceCode, QuotaCode }: JsonRequest, isThere: (code: string) => boolean): Answer {
    const name = quotaNames.find((one) => quotas[one].code === QuotaCode && quotas[one].service === ServiceCode)
    const Value = name === undefined ? undefined : this.#goods.quotas[name]
    if (Value === undefined || !isThere(QuotaCode ?? '')) {
      return [400, JSON.stringify({ __type: 'NoSuchResourceException', Message: 'no such quota' })]
    }
    return [200, JSON.stringify({ Quota: { ServiceCode, QuotaCode, Value, Unit: 'None', GlobalQuota: false } })]
  }
}

/** Half of the quotas were granted to the account; of others it has the default. */
function granted(code: string): boolean {
  return code.charCodeAt(2) % 2 === 0
}

function listed(fields: Fields, prefix: string): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => (name.startsWith(`${prefix}.`) ? [value] : []))
}

function page<T>(
  items: readonly T[],
  { NextToken = '0', MaxResults = 20 }: Pick<JsonRequest, 'NextToken' | 'MaxResults'>,
): readonly [readonly T[], string | undefined] {
  const end = Number(NextToken) + MaxResults
  return [items.slice(Number(NextToken), end), end < items.length ? String(end) : undefined]
}

/** A page as EC2 has it: the last one has an empty token. */
function xmlPage(fields: Fields, action: string, set: string, items: readonly string[]): Answer {
  const { NextToken, MaxResults = '20' } = fields
  const [some, next = ''] = page(items, { MaxResults: Number(MaxResults), ...(NextToken && { NextToken }) })
  const body = `<requestId>r</requestId><${set}>${some.join('')}</${set}><nextToken>${next}</nextToken>`
  return [200, `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${action}Response>`]
}

/** A product of the price list, as text; without a price there are no terms. */
function product({ usd, ...attributes }: Fields, index: number): string {
  const sku = `SKU${index}`
  const rate = {
    unit: 'Hrs',
    beginRange: '0',
    endRange: 'Inf',
    rateCode: 'r',
    appliesTo: [],
    pricePerUnit: { USD: usd },
  }
  const term = {
    sku,
    effectiveDate: '2026-11-01T00:00:00Z',
    termAttributes: {},
    priceDimensions: { [`${sku}.J.6`]: rate },
  }
  const terms = usd === undefined ? {} : { OnDemand: { [`${sku}.J`]: term } }
  return JSON.stringify({ product: { productFamily: 'p', attributes, sku }, serviceCode: 's', terms, version: 'v' })
}
