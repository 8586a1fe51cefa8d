import { IAMClient } from '@aws-sdk/client-iam'
import { awsAccount } from '#adapters/aws/aws-account.ts'
import { createSsmClient, createStsClient } from '#adapters/aws/aws-clients.ts'
import { createPricingClient, createQuotasClient } from '#adapters/aws/market-clients.ts'
import type { AccountChoice, AccountReport } from '#contract/account-check.ts'
import { checkAccount } from '#operations/check-account.ts'

/** Configuration of clients for a choice: what it leaves out is looked up as all programs of AWS do. */
export function clientConfig({ profile, region }: AccountChoice) {
  return { ...(profile !== undefined && { profile }), ...(region !== undefined && { region }) }
}

/** Looks at an account of AWS before something is deployed to it. */
export async function checkAwsAccount(choice: AccountChoice): Promise<AccountReport> {
  // Somebody waits for it.
  const config = { ...clientConfig(choice), maxAttempts: 3 }
  const { profile } = choice
  const clients = {
    iam: new IAMClient(config),
    pricing: createPricingClient({ maxAttempts: 3, ...(profile !== undefined && { profile }) }),
    quotas: createQuotasClient(config),
    ssm: createSsmClient(config),
    sts: createStsClient(config),
  }
  try {
    return await checkAccount(awsAccount(clients))
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}
