import { readFileSync } from 'node:fs'
import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { overrides, readOverrides, refuseOthers } from '../../lib/overrides.ts'

const read = (context: Readonly<Record<string, unknown>> = {}) => readOverrides((key) => context[key], '/built')
const readOne = (name: string, value: unknown) => read({ [`forkcast:${name}`]: value })

describe('overrides', () => {
  it('that are not given leave every default as it is', () => {
    expect(read()).toStrictEqual({
      built: '/built',
      data: { customerKey: false, deletionProtection: false },
      pools: { gpu: false, network: { kind: 'public' }, flowLogs: false },
      controlPlane: { accountLogs: true },
      observability: {},
    })
  })

  it.each([
    { name: 'agent', value: '/an/agent.mjs', choices: { agent: '/an/agent.mjs' } },
    { name: 'deployment', value: 'mine', choices: { deployment: 'mine' } },
    { name: 'customerKey', value: 'true', choices: { data: { customerKey: true } } },
    { name: 'deletionProtection', value: true, choices: { data: { deletionProtection: true } } },
    { name: 'destroyData', value: 'true', choices: { data: { removalPolicy: RemovalPolicy.DESTROY } } },
    { name: 'keepDeletedDays', value: '3', choices: { data: { keepDeletedRunObjects: Duration.days(3) } } },
    { name: 'keepRunsDays', value: '90', choices: { data: { keepRunObjects: Duration.days(90) } } },
    { name: 'gpu', value: 'true', choices: { pools: { gpu: true } } },
    { name: 'network', value: 'private', choices: { pools: { network: { kind: 'private' } } } },
    { name: 'flowLogs', value: 'true', choices: { pools: { flowLogs: true } } },
    { name: 'bidPercentage', value: '60', choices: { pools: { bidPercentage: 60 } } },
    { name: 'warmMinutes', value: '30', choices: { pools: { warmFor: Duration.minutes(30) } } },
    { name: 'diskGiB', value: '200', choices: { pools: { disk: Size.gibibytes(200) } } },
    { name: 'fargateVcpus', value: '8', choices: { pools: { fargateVcpus: 8 } } },
    { name: 'cpuVcpus', value: '4,8,16', choices: { pools: { cpuVcpus: { hot: 4, warm: 8, cold: 16 } } } },
    { name: 'gpuVcpus', value: '4,8,16', choices: { pools: { gpuVcpus: { hot: 4, warm: 8, cold: 16 } } } },
    { name: 'vcpus', value: '5', choices: { controlPlane: { vcpus: 5 } } },
    { name: 'image', value: 'python:3.14-slim', choices: { controlPlane: { image: 'python:3.14-slim' } } },
    {
      name: 'secrets',
      value: 'ssm:/team/*, secretsmanager:team/db',
      choices: { controlPlane: { secrets: { ssm: ['/team/*'], secretsmanager: ['team/db'] } } },
    },
    { name: 'secrets', value: 'none', choices: { controlPlane: { secrets: { ssm: [], secretsmanager: [] } } } },
    { name: 'userPoolArn', value: 'arn:x', choices: { controlPlane: { auth: { kind: 'user-pool', arn: 'arn:x' } } } },
    { name: 'requestsPerS', value: '20', choices: { controlPlane: { rate: { perS: 20, burst: 40 } } } },
    { name: 'usagePlan', value: '1,2,3', choices: { controlPlane: { usagePlan: { perS: 1, burst: 2, perDay: 3 } } } },
    { name: 'accountLogs', value: 'false', choices: { controlPlane: { accountLogs: false } } },
    { name: 'alarmTopicArn', value: 'arn:t', choices: { observability: { alarmTopicArn: 'arn:t' } } },
    { name: 'runbook', value: 'https://a.example', choices: { observability: { runbook: 'https://a.example' } } },
    { name: 'observability', value: 'false', choices: { observability: false } },
    {
      name: 'externalPools',
      value: '[{"id":"cold-cpu","queue":"arn:q"}]',
      choices: { externalPools: [{ id: 'cold-cpu', queue: 'arn:q' }] },
    },
  ])('$name=$value is taken', ({ name, value, choices }) => {
    expect(readOne(name, value)).toMatchObject(choices)
  })

  it('that go together are read together', () => {
    expect(read({ 'forkcast:account': '111122223333', 'forkcast:region': 'eu-west-1' })).toMatchObject({
      env: { account: '111122223333', region: 'eu-west-1' },
    })
    const vpc = { 'forkcast:vpcId': 'vpc-1', 'forkcast:subnetIds': 'subnet-1,subnet-2', 'forkcast:publicIp': 'true' }
    expect(read(vpc).pools?.network).toStrictEqual({
      kind: 'existing',
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1', 'subnet-2'],
      publicIp: true,
    })
    const emulated = { 'forkcast:emulatedUrl': 'http://a', 'forkcast:emulatedBatchUrl': 'http://b' }
    expect(read(emulated).controlPlane?.emulated).toStrictEqual({ url: 'http://a', batchUrl: 'http://b' })
  })

  it.each([
    { name: 'gpu', value: 'yes' },
    { name: 'network', value: 'secret' },
    { name: 'bidPercentage', value: 'half' },
    { name: 'warmMinutes', value: '-1' },
    { name: 'cpuVcpus', value: '4,8' },
    { name: 'usagePlan', value: '0,0,0' },
    { name: 'secrets', value: 'ssm:*' },
  ] as const)('$name=$value is refused, with what it is', ({ name, value }) => {
    expect(() => readOne(name, value)).toThrow(`-c forkcast:${name}=${value}: it is ${overrides[name]}`)
  })

  it('are all told in docs/deploy.md', () => {
    const rows = readFileSync('docs/deploy.md', 'utf8')
      .replaceAll('\\', '')
      .matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)
    expect(Object.fromEntries(Array.from(rows, ([, name, what]) => [name, what]))).toStrictEqual(overrides)
  })

  it('that do not exist are refused, and context of others is left alone', () => {
    expect(() => refuseOthers(['forkcast:gpus', 'gpu'])).toThrow('-c forkcast:gpus=…: nothing is chosen by that name')
    expect(() => refuseOthers(['forkcast:gpu', '@aws-cdk/core:explicitStackTags'])).not.toThrow()
  })

  it('of a network without subnets, and of pools that are no list, are refused', () => {
    expect(() => readOne('vpcId', 'vpc-1')).toThrow('subnetIds')
    expect(() => readOne('externalPools', '{"id":"cold-cpu"}')).toThrow('a JSON array')
  })
})
