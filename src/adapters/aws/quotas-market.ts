import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import { inLanes } from '#core/in-lanes.ts'
import { type QuotaName, quotaNames, type Quotas, quotas } from '#core/market/quota.ts'

/** Requests at a time: Service Quotas answers few a second. */
const lanes = 2

/** The quotas of an account that bound its pools: what was granted to it, else the default; absent where the region has none. */
export async function accountQuotas(client: Pick<ServiceQuotasClient, 'send'>): Promise<Quotas> {
  const values = await inLanes(quotaNames, lanes, async (name) => [name, await valueOf(client, name)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

async function valueOf(client: Pick<ServiceQuotasClient, 'send'>, name: QuotaName): Promise<number | undefined> {
  const { service: ServiceCode, code: QuotaCode } = quotas[name]
  const granted = await orNone(() => client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode })))
  const { Quota } =
    granted ?? (await orNone(() => client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode })))) ?? {}
  return Quota?.Value
}

async function orNone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NoSuchResourceException) return undefined
    throw error
  }
}
