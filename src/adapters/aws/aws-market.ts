import type { EC2Client } from '@aws-sdk/client-ec2'
import type { PricingClient } from '@aws-sdk/client-pricing'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { ec2InstanceTypes } from '#adapters/aws/ec2-instance-types.ts'
import { ec2SpotHistory } from '#adapters/aws/ec2-spot-history.ts'
import { ec2Prices, ecsFargatePrices } from '#adapters/aws/pricing-market.ts'
import { accountQuotas } from '#adapters/aws/quotas-market.ts'
import type { Market } from '#ports/market.ts'

export interface AwsMarketOptions {
  readonly ec2: Pick<EC2Client, 'send'>
  readonly pricing: Pick<PricingClient, 'send'>
  readonly quotas: Pick<ServiceQuotasClient, 'send'>
  /** Whose prices are told; the other clients have it as theirs. */
  readonly region: string
}

/** The market of a region as EC2, the price list and Service Quotas tell of it. */
export function createAwsMarket({ ec2, pricing, quotas, region }: AwsMarketOptions): Market {
  return {
    instanceTypes: (names) => ec2InstanceTypes(ec2, names),
    onDemandPrices: (types) => ec2Prices(pricing, region, types),
    spotHistory: (types, sinceMs) => ec2SpotHistory(ec2, types, sinceMs),
    fargatePrices: () => ecsFargatePrices(pricing, region),
    quotas: () => accountQuotas(quotas),
  }
}
