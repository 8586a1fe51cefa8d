import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core'
import type { ApiAuth } from './control-plane/http-api.ts'
import { readSecretNames } from './control-plane/secret-names.ts'
import type { DeploymentChoices } from './deployment.ts'
import type { NetworkChoice } from './network/network.ts'
import { readExternalPools } from './pools/external-pools.ts'

/** What can be chosen from outside, each as `-c forkcast:NAME=VALUE`. */
export const overrides = {
  deployment: 'a name; which of several deployments in an account and region',
  account: 'an account id, and with it region: where it is deployed, whoever does so',
  region: 'a region such as eu-west-1, with account',
  agent: 'file of the agent’s bundle, where it is not the one that is built here',
  customerKey: 'true: a KMS key of the account encrypts table, bucket, queues and logs (1 USD a month)',
  deletionProtection: 'true: the table refuses its deletion',
  destroyData: 'true: table and bucket go with their stack; a bucket that holds objects does not',
  keepDeletedDays: 'days in which deleted objects of runs can be brought back; 7',
  keepRunsDays: 'days after which objects of runs are deleted; never',
  gpu: 'true: pools of GPUs as well',
  network: 'public (nothing while nothing runs), private (a NAT gateway, 33 USD a month); public',
  vpcId: 'a network that exists, with subnetIds',
  subnetIds: 'its subnets, with commas between them',
  publicIp: 'true: containers on Fargate need public addresses in these subnets',
  flowLogs: 'true: all traffic of the network made here is logged',
  bidPercentage: 'the most that a spot host may cost, in percent of the on-demand price',
  warmMinutes: 'minutes that a warm host stays after its last job; 20',
  diskGiB: 'the disk of a host; 100',
  fargateVcpus: 'most vCPUs on Fargate; 64',
  cpuVcpus: 'most vCPUs of hot, warm and cold environments, as 16,64,256',
  gpuVcpus: 'the same of GPUs, as 8,16,64',
  externalPools: 'a JSON array of job queues that exist, instead of pools made here',
  vcpus: 'vCPUs that all pools together may hold: a quota of the account',
  image: 'the image of tasks that name none',
  secrets:
    'what tasks may ever have as secrets, or none; ssm:/forkcast/secrets/*,secretsmanager:forkcast/* (no parameter of a deployment)',
  userPoolArn: 'a user pool of Cognito whose tokens are taken instead of signatures',
  requestsPerS: 'requests a second that the API takes; 50',
  usagePlan: 'requests a second, at once and a day of each API key, as 10,20,10000; none',
  accountLogs: 'false: the account has a role by which API Gateway writes logs',
  alarmTopicArn: 'a topic that is told of alarms',
  runbook: 'where docs/runbook.md is to be read',
  observability: 'false: no dashboards and no alarms',
  emulatedUrl: 'an emulated account, with emulatedBatchUrl',
  emulatedBatchUrl: 'the AWS Batch of an emulated account',
} as const satisfies Readonly<Record<string, string>>

type Override = keyof typeof overrides

/** @throws when something is chosen that is not to be chosen here: it would be passed over in silence. */
export function refuseOthers(contextKeys: readonly string[]): void {
  const [other] = contextKeys.filter((key) => key.startsWith('forkcast:') && !Object.hasOwn(overrides, key.slice(9)))
  if (other !== undefined) throw new Error(`-c ${other}=…: nothing is chosen by that name`)
}

/**
 * Reads what is chosen.
 * @param contextOf tells the value of a context key.
 * @param built folder of what was built.
 * @throws with the name of an override that is not understood.
 */
export function readOverrides(contextOf: (key: string) => unknown, built: string): DeploymentChoices {
  const text = (name: Override): string | undefined => {
    const value = contextOf(`forkcast:${name}`)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const refuse = (name: Override, value: string): never => {
    throw new Error(`-c forkcast:${name}=${value}: it is ${overrides[name]}`)
  }
  const isOn = (name: Override, usual = false): boolean => {
    const value = text(name) ?? String(usual)
    return value === 'true' || (value === 'false' ? false : refuse(name, value))
  }
  const numbers = (name: Override, count: number): readonly number[] | undefined => {
    const value = text(name)
    const parts = value?.split(',').map(Number)
    if (value !== undefined && (parts?.length !== count || !parts.every((part) => part > 0))) refuse(name, value)
    return parts
  }
  const number = (name: Override): number | undefined => numbers(name, 1)?.[0]
  const tiers = (name: Override) => {
    const [hot = 0, warm = 0, cold = 0] = numbers(name, 3) ?? []
    return cold === 0 ? undefined : { hot, warm, cold }
  }
  const account = text('account')
  const region = text('region')
  const [perS = 0, burst = 0, perDay = 0] = numbers('usagePlan', 3) ?? []
  const requestsPerS = number('requestsPerS')
  const external = text('externalPools')
  const auth: ApiAuth | undefined = chosen(text('userPoolArn'), (arn) => ({ kind: 'user-pool', arn }))
  const emulatedUrl = text('emulatedUrl')

  return defined({
    deployment: text('deployment'),
    built,
    agent: text('agent'),
    env: account !== undefined && region !== undefined ? { account, region } : undefined,
    data: defined({
      customerKey: isOn('customerKey'),
      deletionProtection: isOn('deletionProtection'),
      removalPolicy: isOn('destroyData') ? RemovalPolicy.DESTROY : undefined,
      keepDeletedRunObjects: chosen(number('keepDeletedDays'), (days) => Duration.days(days)),
      keepRunObjects: chosen(number('keepRunsDays'), (days) => Duration.days(days)),
    }),
    pools: defined({
      gpu: isOn('gpu'),
      network: networkOf(text, isOn('publicIp'), refuse),
      flowLogs: isOn('flowLogs'),
      bidPercentage: number('bidPercentage'),
      warmFor: chosen(number('warmMinutes'), (minutes) => Duration.minutes(minutes)),
      disk: chosen(number('diskGiB'), (gib) => Size.gibibytes(gib)),
      fargateVcpus: number('fargateVcpus'),
      cpuVcpus: tiers('cpuVcpus'),
      gpuVcpus: tiers('gpuVcpus'),
    }),
    externalPools: chosen(external, readExternalPools),
    controlPlane: defined({
      auth,
      rate: chosen(requestsPerS, (rate) => ({ perS: rate, burst: 2 * rate })),
      usagePlan: perDay === 0 ? undefined : { perS, burst, perDay },
      accountLogs: isOn('accountLogs', true),
      vcpus: number('vcpus'),
      image: text('image'),
      secrets: chosen(text('secrets'), (value) => readSecretNames(value) ?? refuse('secrets', value)),
      emulated: chosen(emulatedUrl, (url) => ({ url, batchUrl: text('emulatedBatchUrl') ?? url })),
    }),
    observability: isOn('observability', true)
      ? defined({ alarmTopicArn: text('alarmTopicArn'), runbook: text('runbook') })
      : false,
  })
}

function networkOf(
  text: (name: Override) => string | undefined,
  publicIp: boolean,
  refuse: (name: Override, value: string) => never,
): NetworkChoice {
  const vpcId = text('vpcId')
  if (vpcId !== undefined) {
    const subnetIds = text('subnetIds')?.split(',') ?? refuse('subnetIds', '')
    return { kind: 'existing', vpcId, subnetIds, publicIp }
  }
  const kind = text('network') ?? 'public'
  return kind === 'public' || kind === 'private' ? { kind } : refuse('network', kind)
}

function chosen<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value)
}

/** Without what is not chosen, so that its default counts. */
function defined<T extends object>(choices: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined)) as T
}
