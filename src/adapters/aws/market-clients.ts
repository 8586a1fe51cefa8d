import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2'
import { PricingClient, type PricingClientConfig } from '@aws-sdk/client-pricing'
import { ServiceQuotasClient, type ServiceQuotasClientConfig } from '@aws-sdk/client-service-quotas'

/**
 * Throttles, lost connections and errors of the service are tried again with full jitter, for some 10 seconds: nobody waits longer
 * for what is only to be known better. An answer of 100 prices is large.
 */
const patience = {
  maxAttempts: 6,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const

/** The price list has few endpoints; this one tells prices of all regions. */
const pricingRegion = 'us-east-1'

/** A client of EC2. */
export function createEc2Client(config: EC2ClientConfig = {}): EC2Client {
  return new EC2Client({ ...patience, ...config })
}

/** A client of the price list, of whatever region it tells. */
export function createPricingClient(config: Omit<PricingClientConfig, 'region'> = {}): PricingClient {
  return new PricingClient({ ...patience, ...config, region: pricingRegion })
}

/** A client of Service Quotas. */
export function createQuotasClient(config: ServiceQuotasClientConfig = {}): ServiceQuotasClient {
  return new ServiceQuotasClient({ ...patience, ...config })
}
