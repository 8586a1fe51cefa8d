import { GetRoleCommand, type IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam'
import { DescribeServicesCommand, type PricingClient } from '@aws-sdk/client-pricing'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { accountQuotas } from '#adapters/aws/quotas-market.ts'
import type { Account } from '#ports/account.ts'

/** Clients of the account's region, but for prices. */
export interface AccountClients {
  readonly iam: IAMClient
  readonly pricing: PricingClient
  readonly quotas: ServiceQuotasClient
  readonly ssm: SSMClient
  readonly sts: STSClient
}

/** Where `cdk bootstrap` writes its version, with the qualifier that it has unless told otherwise. */
const bootstrapVersion = '/cdk-bootstrap/hnb659fds/version'

/** The account that clients have credentials of. */
export function awsAccount({ iam, pricing, quotas, ssm, sts }: AccountClients): Account {
  return {
    region: async () => {
      try {
        return await sts.config.region()
      } catch {
        return undefined
      }
    },
    caller: async () => {
      const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
      return { account, arn }
    },
    bootstrapVersion: async () => {
      const found = await unless(ParameterNotFound, () => ssm.send(new GetParameterCommand({ Name: bootstrapVersion })))
      return found && Number(found.Parameter?.Value)
    },
    quotas: () => accountQuotas(quotas),
    hasRole: async (RoleName) => {
      return (await unless(NoSuchEntityException, () => iam.send(new GetRoleCommand({ RoleName })))) !== undefined
    },
    readPrices: async () => {
      await pricing.send(new DescribeServicesCommand({ ServiceCode: 'AmazonEC2', MaxResults: 1 }))
    },
  }
}

async function unless<T>(
  kind: abstract new (...words: never[]) => Error,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof kind) return undefined
    throw error
  }
}
