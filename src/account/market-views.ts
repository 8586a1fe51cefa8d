import type { EC2Client } from '@aws-sdk/client-ec2'
import type { PricingClient } from '@aws-sdk/client-pricing'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import type { Told } from '#account/observed.ts'
import { createAwsMarket } from '#adapters/aws/aws-market.ts'
import { createEc2Client, createPricingClient, createQuotasClient } from '#adapters/aws/market-clients.ts'
import type { MarketView } from '#core/market/market-view.ts'
import { knownMarket, type MarketPorts, toldMarket } from '#operations/market-view.ts'

/** Gives what is known of the market of instance types. */
export type MarketViews = (instanceTypes: readonly string[]) => Promise<MarketView>

/** Clients of all that tells of a market. */
export interface MarketClients {
  readonly ec2: EC2Client
  readonly pricing: PricingClient
  readonly quotas: ServiceQuotasClient
}

export function openMarketClients({ traced }: Pick<Told, 'traced'>): MarketClients {
  return {
    ec2: traced(createEc2Client()),
    pricing: traced(createPricingClient()),
    quotas: traced(createQuotasClient()),
  }
}

/** For functions that nobody waits for: asks AWS for what has aged, and leaves it to the others. */
export function askedMarket(
  { objects, clock }: Omit<MarketPorts, 'market'>,
  clients: MarketClients,
  { environment, onError }: Pick<Told, 'environment' | 'onError'>,
): MarketViews {
  // Emulators know no market, and tell sizes of instances that are none.
  if (environment['AWS_ENDPOINT_URL'] !== undefined) return (types) => toldMarket({ objects, clock }, types)
  const market = createAwsMarket({ ...clients, region: environment['AWS_REGION'] ?? 'us-east-1' })
  return async (instanceTypes) => {
    const { view, notes } = await knownMarket({ market, objects, clock }, instanceTypes)
    for (const note of notes) onError(new Error(note))
    return view
  }
}
