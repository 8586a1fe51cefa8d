import type { AccountCheck, AccountReport } from '#contract/account-check.ts'
import { type QuotaName, quotas } from '#core/market/quota.ts'
import type { Account } from '#ports/account.ts'

/** What a quota should be at least, and what is asked for where it is less. */
interface Wanted {
  readonly quota: QuotaName
  readonly least: number
  readonly ask: number
  readonly about?: 'pools' | 'gpus'
  readonly without: string
}

/** A new account has 10 functions at once, a few vCPUs, and no GPU. */
const wantedQuotas: readonly Wanted[] = [
  {
    quota: 'lambda concurrency',
    least: 100,
    ask: 1000,
    without: 'clones that report at once wait for each other',
  },
  { quota: 'standard on-demand', least: 16, ask: 256, about: 'pools', without: 'few clones run at once on EC2' },
  { quota: 'standard spot', least: 16, ask: 256, about: 'pools', without: 'few clones run at once on spot hosts' },
  { quota: 'fargate on-demand', least: 16, ask: 64, about: 'pools', without: 'few clones run at once on Fargate' },
  { quota: 'fargate spot', least: 16, ask: 64, about: 'pools', without: 'few clones run at once on Fargate Spot' },
  { quota: 'g on-demand', least: 4, ask: 16, about: 'gpus', without: 'no clone gets a GPU' },
  { quota: 'g spot', least: 4, ask: 16, about: 'gpus', without: 'no clone gets a GPU of a spot host' },
]

const linkedRoles = [
  { name: 'AWSServiceRoleForBatch', service: 'batch.amazonaws.com', without: 'AWS Batch starts no hosts' },
  { name: 'AWSServiceRoleForECS', service: 'ecs.amazonaws.com', without: 'hosts take no containers' },
  { name: 'AWSServiceRoleForEC2Spot', service: 'spot.amazonaws.com', without: 'no spot host starts' },
] as const

/** Looks at all that a deployment needs of an account, and changes nothing. What is not told counts as short, with the reason. */
export async function checkAccount(account: Account): Promise<AccountReport> {
  const region = await account.region()
  if (region === undefined) return { isBootstrapped: false, checks: [noRegion] }
  const caller = await account.caller().catch((error: unknown) => wordsOf(error))
  if (typeof caller === 'string') return { region, isBootstrapped: false, checks: [noCredentials(caller)] }
  const [bootstrap, quotaChecks, roles, prices] = await Promise.all([
    bootstrapOf(account, `aws://${caller.account}/${region}`),
    quotasOf(account, region),
    Promise.all(linkedRoles.map((role) => roleOf(account, role))),
    pricesOf(account),
  ])
  const good = { state: 'good', fix: '' } as const
  return {
    account: caller.account,
    region,
    caller: caller.arn,
    isBootstrapped: bootstrap.isThere,
    checks: [
      { ...good, name: 'credentials', found: `${caller.arn} of ${caller.account}` },
      { ...good, name: 'region', found: region },
      bootstrap.check,
      ...quotaChecks,
      ...roles,
      prices,
    ],
  }
}

const noRegion: AccountCheck = {
  name: 'region',
  state: 'bad',
  found: 'nothing says which',
  fix: 'name one with --region, such as --region eu-west-1, or set AWS_REGION',
}

function noCredentials(why: string): AccountCheck {
  return {
    name: 'credentials',
    state: 'bad',
    found: why,
    fix: 'log in (aws login, aws sso login), name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  }
}

async function bootstrapOf(
  account: Account,
  environment: string,
): Promise<{ readonly isThere: boolean; readonly check: AccountCheck }> {
  const name = 'bootstrap'
  try {
    const version = await account.bootstrapVersion()
    if (version !== undefined)
      return { isThere: true, check: { name, state: 'good', found: `version ${version}`, fix: '' } }
    const fix =
      'deploying makes it: a bucket, roles and a repository that all apps of the CDK share, for some cents a month'
    return {
      isThere: false,
      check: { name, state: 'short', found: 'none', fix, command: `npx cdk bootstrap ${environment}` },
    }
  } catch (error) {
    return { isThere: true, check: notTold(name, error, 'let whoever deploys call ssm:GetParameter') }
  }
}

async function quotasOf(account: Account, region: string): Promise<readonly AccountCheck[]> {
  try {
    const values = await account.quotas()
    return wantedQuotas.map((wanted) => quotaCheck(wanted, values[wanted.quota], region))
  } catch (error) {
    return [notTold('quotas', error, 'let whoever deploys call servicequotas:GetServiceQuota')]
  }
}

function quotaCheck(
  { quota, least, ask, about, without }: Wanted,
  value: number | undefined,
  region: string,
): AccountCheck {
  const { service, code, title } = quotas[quota]
  const common = { name: quota, ...(about !== undefined && { about }) }
  if (value !== undefined && value >= least)
    return { ...common, state: 'good', found: `${value} ${title} (${code})`, fix: '' }
  const words = ['aws service-quotas request-service-quota-increase', `--service-code ${service}`]
  return {
    ...common,
    state: 'short',
    found: value === undefined ? `not told (${code})` : `${value} ${title} (${code})`,
    fix: `${without}; ask for ${ask}, which takes minutes to days`,
    command: [...words, `--quota-code ${code}`, `--desired-value ${ask}`, `--region ${region}`].join(' '),
  }
}

async function roleOf(
  account: Account,
  { name: role, service, without }: (typeof linkedRoles)[number],
): Promise<AccountCheck> {
  const about = { name: role.replace('AWSServiceRoleFor', 'role of '), about: 'pools' } as const
  try {
    if (await account.hasRole(role)) return { ...about, state: 'good', found: role, fix: '' }
    return {
      ...about,
      state: 'short',
      found: `no ${role}`,
      fix: `${without}, where AWS does not make it by itself at first use`,
      command: `aws iam create-service-linked-role --aws-service-name ${service}`,
    }
  } catch (error) {
    return { ...about, ...notTold(about.name, error, 'let whoever deploys call iam:GetRole') }
  }
}

async function pricesOf(account: Account): Promise<AccountCheck> {
  const name = 'price list'
  try {
    await account.readPrices()
    return { name, state: 'good', found: 'answers', fix: '' }
  } catch (error) {
    return notTold(name, error, 'plans then count with the prices that pools are deployed with; let it call pricing:*')
  }
}

function notTold(name: string, error: unknown, fix: string): AccountCheck {
  return { name, state: 'short', found: `not told: ${wordsOf(error)}`, fix }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (`${error.name}: ${error.message}`.split('\n', 1)[0] ?? '') : String(error)
}
