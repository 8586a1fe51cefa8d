import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { Duration, Size } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { containerEnvironment } from '#contract/container-environment.ts'
import { poolParameterSchema } from '#contract/deployment.ts'
import { assertHas, assertAll, assertCount, assertCountOf } from './assertions.ts'
import { resourcesOf, templatesOf, type TestChoices } from './synthesised.ts'

const poolsOf = (pools: NonNullable<TestChoices['pools']> = {}): Template => {
  const { pools: template } = templatesOf({ pools, observability: false })
  if (template === undefined) throw new Error('there are pools')
  return template
}

const plain = poolsOf()
const everyOption = poolsOf({
  gpu: true,
  bidPercentage: 60,
  warmFor: Duration.minutes(45),
  disk: Size.gibibytes(300),
  fargateVcpus: 8,
  cpuVcpus: { hot: 4, warm: 8, cold: 12 },
})

const queueType = 'AWS::Batch::JobQueue'
const environmentType = 'AWS::Batch::ComputeEnvironment'

/** Each queue by its name, with the hosts' tags or the types of its environments in their order. */
function queues(template: Template): Record<string, readonly string[]> {
  const resources = resourcesOf(template)
  const nameOf = (reference: unknown): string => {
    const [id = ''] = (reference as { readonly 'Fn::GetAtt': readonly string[] })['Fn::GetAtt']
    const compute = resources[id]?.Properties?.['ComputeResources'] as Record<string, unknown>
    const tags = compute['Tags'] as Record<string, string> | undefined
    return tags?.['forkcast:pool'] ?? (compute['Type'] as string)
  }
  return Object.fromEntries(
    Object.values(resources)
      .filter(({ Type }) => Type === queueType)
      .map(({ Properties = {} }) => [
        Properties['JobQueueName'],
        (Properties['ComputeEnvironmentOrder'] as readonly { readonly ComputeEnvironment: unknown }[]).map((each) =>
          nameOf(each.ComputeEnvironment),
        ),
      ]),
  ) as Record<string, readonly string[]>
}

describe('queues', () => {
  it('spill down from hot to cold, apart for on-demand, spot and Fargate', () => {
    expect(queues(plain)).toStrictEqual({
      'forkcast-hot-cpu': ['hot-cpu', 'warm-cpu', 'cold-cpu'],
      'forkcast-warm-cpu': ['warm-cpu', 'cold-cpu'],
      'forkcast-cold-cpu': ['cold-cpu'],
      'forkcast-hot-cpu-spot': ['hot-cpu-spot', 'warm-cpu-spot', 'cold-cpu-spot'],
      'forkcast-warm-cpu-spot': ['warm-cpu-spot', 'cold-cpu-spot'],
      'forkcast-cold-cpu-spot': ['cold-cpu-spot'],
      'forkcast-fargate-cpu': ['FARGATE'],
      'forkcast-fargate-cpu-spot': ['FARGATE_SPOT'],
    })
  })

  it('have pools of GPUs beside them where asked for', () => {
    expect(queues(everyOption)).toMatchObject({
      'forkcast-hot-gpu': ['hot-gpu', 'warm-gpu', 'cold-gpu'],
      'forkcast-cold-gpu-spot': ['cold-gpu-spot'],
    })
    expect(Object.keys(queues(everyOption))).toHaveLength(14)
  })

  it('share by one fair-share policy from the first day', () => {
    assertCount(plain, 'AWS::Batch::SchedulingPolicy', 1)
    const [policy] = Object.keys(plain.findResources('AWS::Batch::SchedulingPolicy'))
    assertAll(plain, queueType, {
      SchedulingPolicyArn: { 'Fn::GetAtt': [policy, 'Arn'] },
      State: 'ENABLED',
    })
  })
})

describe('environments on EC2', () => {
  const ofPool = (pool: string, more: object) => ({
    ComputeResources: Match.objectLike({ Tags: Match.objectLike({ 'forkcast:pool': pool }), ...more }),
  })

  it('keep no host by themselves', () => {
    const found = Object.values(resourcesOf(everyOption)).filter(({ Type }) => Type === environmentType)
    const least = found.map(
      ({ Properties = {} }) => (Properties['ComputeResources'] as { MinvCpus?: number }).MinvCpus ?? 0,
    )
    expect(new Set(least)).toStrictEqual(new Set([0]))
  })

  it.each([
    { template: plain, minutes: 20, when: 'by default' },
    { template: everyOption, minutes: 45, when: 'when told so' },
  ])('keep a warm host $minutes minutes after its last job $when, and no other', ({ template, minutes }) => {
    const kept = { ScalingPolicy: { MinScaleDownDelayMinutes: minutes } }
    assertHas(template, environmentType, ofPool('warm-cpu', kept))
    assertHas(template, environmentType, ofPool('warm-cpu-spot', kept))
    for (const pool of ['hot-cpu', 'cold-cpu', 'cold-cpu-spot']) {
      assertHas(template, environmentType, ofPool(pool, { ScalingPolicy: Match.absent() }))
    }
  })

  it('have the most vCPUs that were asked for', () => {
    assertHas(plain, environmentType, ofPool('cold-cpu', { MaxvCpus: 256 }))
    assertHas(everyOption, environmentType, ofPool('hot-cpu-spot', { MaxvCpus: 4 }))
    assertHas(everyOption, environmentType, { ComputeResources: { Type: 'FARGATE', MaxvCpus: 8 } })
  })

  it('take spot hosts where there is capacity, below a bid only when there is one', () => {
    const spot = { Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED' }
    assertHas(plain, environmentType, ofPool('cold-cpu-spot', { ...spot, BidPercentage: Match.absent() }))
    assertHas(everyOption, environmentType, ofPool('cold-cpu-spot', { ...spot, BidPercentage: 60 }))
    assertHas(
      everyOption,
      environmentType,
      ofPool('cold-cpu', { Type: 'EC2', AllocationStrategy: 'BEST_FIT_PROGRESSIVE', BidPercentage: Match.absent() }),
    )
  })

  it('are updated in place, and end no job for it', () => {
    assertHas(plain, environmentType, {
      ReplaceComputeEnvironment: false,
      ServiceRole: Match.absent(),
      UpdatePolicy: { TerminateJobsOnUpdate: false },
      ComputeResources: Match.objectLike({ Type: 'EC2', UpdateToLatestImageVersion: true }),
    })
  })

  it('have images with drivers where there are GPUs', () => {
    const image = (ImageType: string) => ({ Ec2Configuration: [{ ImageType }] })
    assertHas(everyOption, environmentType, ofPool('hot-gpu', image('ECS_AL2023_NVIDIA')))
    assertHas(everyOption, environmentType, ofPool('hot-cpu', image('ECS_AL2023')))
  })

  it('follow each new version of the launch template', () => {
    const [template] = Object.keys(plain.findResources('AWS::EC2::LaunchTemplate'))
    assertHas(plain, environmentType, {
      ComputeResources: Match.objectLike({
        LaunchTemplate: {
          LaunchTemplateId: { Ref: template },
          Version: { 'Fn::GetAtt': [template, 'LatestVersionNumber'] },
        },
      }),
    })
  })
})

describe('hosts', () => {
  it.each([
    { template: plain, gib: 100 },
    { template: everyOption, gib: 300 },
  ])('ask for tokens before they tell who they are, and have an encrypted disk of $gib GiB', ({ template, gib }) => {
    assertHas(template, 'AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/xvda',
            Ebs: { VolumeSize: gib, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
          },
        ],
      },
    })
  })

  it('are drained before a reclaim, and cleaned of containers that have stopped', () => {
    const [template] = Object.values(resourcesOf(plain)).filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate')
    const text = JSON.stringify(template?.Properties)
    expect(text).toContain('MIME-Version: 1.0')
    expect(text).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true')
    expect(text).toContain('ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=')
  })

  it('reach no data of the deployment', () => {
    const policies = Object.values(resourcesOf(plain)).filter(({ Type }) => Type === 'AWS::IAM::Policy')
    const actions = JSON.stringify(policies).match(/"(?:s3|dynamodb|states|sqs|ssm|batch|sts|iam):\w+"/g)
    expect(policies.length).toBeGreaterThan(0)
    expect(actions).toBeNull()
  })
})

describe('the network', () => {
  const count = (template: Template, type: string) => Object.keys(template.findResources(type)).length

  it('is public by default: no NAT, addresses on hosts, nobody can come in, and bytes of S3 and DynamoDB go for nothing', () => {
    expect(count(plain, 'AWS::EC2::NatGateway') + count(plain, 'AWS::EC2::EIP')).toBe(0)
    assertAll(plain, 'AWS::EC2::Subnet', { MapPublicIpOnLaunch: true })
    assertHas(plain, 'AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '0.0.0.0/0', IpProtocol: '-1' })],
    })
    assertCount(plain, 'AWS::EC2::SecurityGroupIngress', 0)
    assertCountOf(plain, 'AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 2)
  })

  it('is private when asked to be: one NAT gateway, no address on a host', () => {
    const template = poolsOf({ network: { kind: 'private' }, flowLogs: true })
    expect(count(template, 'AWS::EC2::NatGateway')).toBe(1)
    expect(count(template, 'AWS::EC2::FlowLog')).toBe(1)
    const hosts = Object.entries(resourcesOf(template)).filter(
      ([id, { Type }]) => Type === 'AWS::EC2::Subnet' && id.includes('Hosts'),
    )
    expect(hosts.map(([, { Properties = {} }]) => Properties['MapPublicIpOnLaunch'])).toStrictEqual([false, false])
  })

  it('is one that exists when it is named, and nothing of it is looked up', () => {
    const template = poolsOf({
      network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'], publicIp: true },
    })
    expect(count(template, 'AWS::EC2::VPC') + count(template, 'AWS::EC2::Subnet')).toBe(0)
    assertHas(template, 'AWS::EC2::SecurityGroup', { VpcId: 'vpc-1' })
    assertHas(template, environmentType, {
      ComputeResources: Match.objectLike({ Subnets: ['subnet-1', 'subnet-2'] }),
    })
  })

  it('refuses a network without subnets', () => {
    expect(() => poolsOf({ network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: [], publicIp: false } })).toThrow(
      'no subnets of vpc-1 are named',
    )
  })
})

describe('what functions are told of pools', () => {
  const parameters = (choices: TestChoices) =>
    Object.values(resourcesOf(templatesOf({ ...choices, observability: false }).controlPlane))
      .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
      .map(({ Properties = {} }) => ({ name: Properties['Name'] as string, text: textOf(Properties['Value']) }))

  /** A value of a template with each reference in it replaced by its id. */
  const textOf = (value: unknown): string => {
    if (typeof value === 'string') return value
    const [, parts] = (value as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join']
    return parts.map((part) => (typeof part === 'string' ? part : 'known-later')).join('')
  }

  it('is a parameter each, as its schema says, short enough to be free', () => {
    const found = parameters({ pools: { gpu: true } })
    expect(found).toHaveLength(14)
    for (const { name, text } of found) {
      const pool = poolParameterSchema.parse(JSON.parse(text))
      expect(name).toBe(`/forkcast/forkcast/pools/${pool.id}`)
      // What is known later: a queue (130), an API (10), regions (3 of 14), a domain (16), a bucket (63), a log group (80), a role (112).
      expect(text.replaceAll('known-later', '').length + 453).toBeLessThanOrEqual(4096)
    }
  })

  it('names the agent that is deployed to containers on hosts, which keep it, and to none of Fargate', () => {
    const sha256 = hash('sha256', readFileSync('lib/host/start.mjs'))
    const pools = parameters({ pools: { gpu: true } }).map(({ text }) => poolParameterSchema.parse(JSON.parse(text)))
    const variable = JSON.stringify({ name: containerEnvironment.agentSha256, value: sha256 })
    const named = pools.filter(({ container }) => JSON.stringify(container['environment']).includes(variable))
    expect(named).toStrictEqual(pools.filter(({ platform }) => platform !== 'FARGATE'))
    expect(named).toHaveLength(12)
  })

  it('names pools to spill to that there are', () => {
    const pools = parameters({ pools: { gpu: true } }).map(({ text }) => poolParameterSchema.parse(JSON.parse(text)))
    const ids = new Set(pools.map(({ id }) => id))
    const spillsTo = Object.fromEntries(pools.map((pool) => [pool.id, pool.spillsTo]))
    expect(pools.flatMap((pool) => pool.spillsTo).filter((id) => !ids.has(id))).toStrictEqual([])
    expect(spillsTo).toMatchObject({
      'hot-cpu': ['warm-cpu', 'cold-cpu', 'fargate-cpu'],
      'cold-cpu-spot': ['fargate-cpu-spot'],
      'hot-gpu': ['warm-gpu', 'cold-gpu'],
      'fargate-cpu': [],
    })
  })

  it('is of queues that exist what they say, and else what is usual for their names', () => {
    const externalPools = [
      { id: 'cold-cpu', queue: 'arn:aws:batch:eu-west-1:111122223333:job-queue/mine', vcpus: 3 },
      {
        id: 'warm-cpu',
        queue: 'arn:aws:batch:eu-west-1:111122223333:job-queue/other',
        container: { privileged: true },
      },
    ]
    const [cold, warm] = parameters({ externalPools }).map(({ text }) => poolParameterSchema.parse(JSON.parse(text)))
    expect(cold).toMatchObject({ id: 'cold-cpu', tier: 'cold', vcpus: 3, fairShare: false, spillsTo: [] })
    expect(warm).toMatchObject({ spillsTo: ['cold-cpu'], container: { privileged: true } })
    expect(templatesOf({ externalPools }).pools).toBeUndefined()
  })

  it('has to be all said of a queue whose name says nothing', () => {
    const externalPools = [{ id: 'mine', queue: 'arn:aws:batch:eu-west-1:111122223333:job-queue/mine' }]
    expect(() => templatesOf({ externalPools })).toThrow(
      /the pool mine is not understood: tier: .*no usual pool is called mine/,
    )
  })
})
