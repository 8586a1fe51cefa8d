import { IAMClient, CreateServiceLinkedRoleCommand } from '@aws-sdk/client-iam'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type AccountClients, awsAccount } from '#adapters/aws/aws-account.ts'
import { createSsmClient, createStsClient } from '#adapters/aws/aws-clients.ts'
import { createPricingClient, createQuotasClient } from '#adapters/aws/market-clients.ts'
import type { Account } from '#ports/account.ts'
import { credentials, region } from './emulated-account.ts'

let clients: AccountClients
let account: Account
beforeAll(() => {
  const config = { endpoint: inject('miniStack'), region, credentials, maxAttempts: 2 }
  const { endpoint, maxAttempts } = config
  clients = {
    iam: new IAMClient(config),
    pricing: createPricingClient({ endpoint, credentials, maxAttempts }),
    quotas: createQuotasClient(config),
    ssm: createSsmClient(config),
    sts: createStsClient(config),
  }
  account = awsAccount(clients)
})
afterAll(() => {
  for (const client of Object.values(clients)) (client as IAMClient).destroy()
})

describe('an account', () => {
  it('says who asks, and where', async () => {
    expect(await account.region()).toBe(region)
    expect(await account.caller()).toMatchObject({ arn: expect.stringMatching(/^arn:aws:iam::\d{12}:/) as string })
  })

  it('says what cdk bootstrap has left, once it has', async () => {
    expect(await account.bootstrapVersion()).toBeUndefined()
    const Name = '/cdk-bootstrap/hnb659fds/version'
    await clients.ssm.send(new PutParameterCommand({ Name, Value: '30', Type: 'String' }))
    expect(await account.bootstrapVersion()).toBe(30)
  })

  it('says whether services have their roles', async () => {
    expect(await account.hasRole('AWSServiceRoleForEC2Spot')).toBe(false)
    await clients.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'spot.amazonaws.com' }))
    const made = await clients.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'batch.amazonaws.com' }))
    expect(await account.hasRole(made.Role?.RoleName ?? '')).toBe(true)
  })

  it('passes on what it is refused: this one knows neither quotas nor prices', async () => {
    await expect(account.quotas()).rejects.toThrow(/Unknown/)
    await expect(account.readPrices()).rejects.toThrow(/Unknown/)
  })
})
