import { describe, expect, it } from 'vitest'
import { type QuotaName, quotaNames } from '#core/market/quota.ts'
import { checkAccount } from '#operations/check-account.ts'
import type { Account } from '#ports/account.ts'

const enough = Object.fromEntries(quotaNames.map((name) => [name, 1000])) as Record<QuotaName, number>

const whole: Account = {
  region: async () => 'eu-west-1',
  caller: async () => ({ account: '111122223333', arn: 'arn:aws:iam::111122223333:user/ada' }),
  bootstrapVersion: async () => 30,
  quotas: async () => enough,
  hasRole: async () => true,
  readPrices: async () => undefined,
}
const denied = async (): Promise<never> => {
  throw Object.assign(new Error('no'), { name: 'AccessDeniedException' })
}
const notGood = async (account: Partial<Account>) => {
  const { checks } = await checkAccount({ ...whole, ...account })
  return checks.filter(({ state }) => state !== 'good')
}

describe('an account', () => {
  it('that has all that a deployment needs is good in every check', async () => {
    const report = await checkAccount(whole)
    expect(report).toMatchObject({ account: '111122223333', region: 'eu-west-1', isBootstrapped: true })
    expect(report.checks.map(({ name, state }) => [name, state])).toStrictEqual(
      [
        'credentials',
        'region',
        'bootstrap',
        'lambda concurrency',
        'standard on-demand',
        'standard spot',
        'fargate on-demand',
        'fargate spot',
        'g on-demand',
        'g spot',
        'role of Batch',
        'role of ECS',
        'role of EC2Spot',
        'price list',
      ].map((name) => [name, 'good']),
    )
  })

  it('that is new is told what to ask for, by which command', async () => {
    const fresh = { ...enough, 'lambda concurrency': 10, 'standard spot': 5, 'g on-demand': 0, 'g spot': 0 }
    const checks = await notGood({ quotas: async () => fresh })
    expect(checks.map(({ name, state, about }) => [name, state, about])).toStrictEqual([
      ['lambda concurrency', 'short', undefined],
      ['standard spot', 'short', 'pools'],
      ['g on-demand', 'short', 'gpus'],
      ['g spot', 'short', 'gpus'],
    ])
    expect(checks[1]?.command).toBe(
      'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-34B43A08 --desired-value 256 --region eu-west-1',
    )
  })

  it('that was not bootstrapped can be deployed to: that comes first then', async () => {
    const report = await checkAccount({ ...whole, bootstrapVersion: async () => undefined })
    expect(report.isBootstrapped).toBe(false)
    expect(report.checks.filter(({ state }) => state !== 'good')).toMatchObject([
      { name: 'bootstrap', state: 'short', command: 'npx cdk bootstrap aws://111122223333/eu-west-1' },
    ])
  })

  it('without credentials, or a region, can not', async () => {
    expect(await notGood({ caller: denied })).toMatchObject([
      { name: 'credentials', state: 'bad', found: 'AccessDeniedException: no' },
    ])
    expect(await notGood({ region: async () => undefined })).toMatchObject([{ name: 'region', state: 'bad' }])
  })

  it('that lacks roles of services is told how to make them', async () => {
    const checks = await notGood({ hasRole: async (name) => name !== 'AWSServiceRoleForEC2Spot' })
    expect(checks).toMatchObject([
      { state: 'short', command: 'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com' },
    ])
  })

  it('that does not tell something is short of it, with the reason', async () => {
    const checks = await notGood({ quotas: denied, hasRole: denied, readPrices: denied, bootstrapVersion: denied })
    expect(checks.map(({ name, state, found }) => [name, state, found])).toStrictEqual(
      ['bootstrap', 'quotas', 'role of Batch', 'role of ECS', 'role of EC2Spot', 'price list'].map((name) => [
        name,
        'short',
        'not told: AccessDeniedException: no',
      ]),
    )
  })
})
