import { CfnSchedulingPolicy } from 'aws-cdk-lib/aws-batch'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Duration, RemovalPolicy, type Size, Stack, type StackProps } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { hostUserData } from './host/user-data.ts'
import { Network, type NetworkChoice } from './network/network.ts'
import { Ec2Pools } from './pools/ec2-pools.ts'
import { FargatePool } from './pools/fargate-pool.ts'
import { HostRole } from './pools/host-role.ts'
import { HostTemplate } from './pools/host-template.ts'
import {
  type Accelerator,
  ec2Kinds,
  fargateKind,
  type Purchase,
  type TierSizes,
  usualFargateVcpus,
  usualVcpus,
} from './pools/pool-kinds.ts'
import type { PoolQueue } from './pools/pool-queue.ts'

export interface PoolsStackProps extends StackProps {
  /** Name of the deployment: queues are called by it. */
  readonly deployment: string
  /**
   * What a host does at its start, as a MIME document.
   *
   * @default - settings of the ECS agent, and the runtime of the agent of clones
   */
  readonly hostUserData?: string
  /**
   * Whether there are pools of hosts with GPUs beside those of CPUs. They cost nothing while nothing runs; a new account has a quota
   * of none.
   *
   * @default false
   */
  readonly gpu?: boolean
  /**
   * Where hosts and containers are.
   *
   * @default - public subnets of a network of its own, which costs nothing while nothing runs
   */
  readonly network?: NetworkChoice
  /**
   * Whether all traffic of a network made here is logged.
   *
   * @default false
   */
  readonly flowLogs?: boolean
  /**
   * The most vCPUs of the environments of CPUs, on-demand and spot each.
   *
   * @default - 16 hot, 64 warm, 256 cold
   */
  readonly cpuVcpus?: TierSizes
  /**
   * The most vCPUs of the environments of GPUs, on-demand and spot each.
   *
   * @default - 8 hot, 16 warm, 64 cold
   */
  readonly gpuVcpus?: TierSizes
  /**
   * The most vCPUs on Fargate, on-demand and Spot each.
   *
   * @default 64
   */
  readonly fargateVcpus?: number
  /**
   * How long a host of a warm environment stays after its last job; paid for.
   *
   * @default Duration.minutes(20)
   */
  readonly warmFor?: Duration
  /**
   * The most that a spot host may cost, in percent of the on-demand price.
   *
   * @default - the on-demand price
   */
  readonly bidPercentage?: number
  /**
   * The disk of a host.
   *
   * @default Size.gibibytes(100)
   */
  readonly disk?: Size
  /**
   * What encrypts logs of containers.
   *
   * @default - a key that AWS owns
   */
  readonly key?: IKey
}

/**
 * Pools on AWS Batch: of each accelerator and purchase three environments, hot, warm and cold, with queues that spill down, and
 * queues of Fargate. All of it is free while nothing runs.
 */
export class PoolsStack extends Stack {
  readonly queues: readonly PoolQueue[]
  /** By which containers on Fargate pull images and write logs. */
  readonly executionRole: Role
  /** Where containers write what does not go to their run. */
  readonly logs: LogGroup
  /** Whether containers on Fargate are to have a public address. */
  readonly publicIp: boolean

  constructor(scope: Construct, id: string, props: PoolsStackProps) {
    super(scope, id, { description: 'Forkcast: pools of a deployment on AWS Batch', ...props })
    const { deployment, gpu = false, bidPercentage } = props
    const network = new Network(this, 'Network', {
      ...(props.network && { choice: props.network }),
      flowLogs: props.flowLogs ?? false,
    })
    this.publicIp = network.publicIp
    this.logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.key && { encryptionKey: props.key }),
    })
    this.executionRole = new Role(this, 'ExecutionRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      description: 'Forkcast: writes logs of containers on Fargate; public images need no more',
    })
    this.logs.grantWrite(this.executionRole)
    const { instanceProfileArn } = new HostRole(this, 'Hosts', { logs: this.logs })
    const template = new HostTemplate(this, 'Host', {
      userData: props.hostUserData ?? hostUserData(),
      ...(props.disk && { disk: props.disk }),
    })
    // Each tenant has the same share; how long ago what was used still counts is an hour.
    const policy = new CfnSchedulingPolicy(this, 'FairShare', {
      fairsharePolicy: { shareDecaySeconds: 3600, computeReservation: 0, shareDistribution: [] },
    })
    const shared = { deployment, network, schedulingPolicyArn: policy.attrArn }
    const ec2 = (name: string, accelerator: Accelerator, purchase: Purchase, sizes: TierSizes) =>
      new Ec2Pools(this, name, {
        ...shared,
        kinds: ec2Kinds(accelerator, purchase, sizes),
        template,
        instanceProfileArn,
        warmFor: props.warmFor ?? Duration.minutes(20),
        ...(bidPercentage !== undefined && { bidPercentage }),
      }).queues
    const fargate = (name: string, purchase: Purchase) =>
      new FargatePool(this, name, {
        ...shared,
        kind: fargateKind(purchase, props.fargateVcpus ?? usualFargateVcpus),
      }).queue
    const cpuVcpus = props.cpuVcpus ?? usualVcpus.cpu
    const gpuVcpus = props.gpuVcpus ?? usualVcpus.gpu
    this.queues = [
      ...ec2('Cpu', 'cpu', 'on-demand', cpuVcpus),
      ...ec2('CpuSpot', 'cpu', 'spot', cpuVcpus),
      fargate('Fargate', 'on-demand'),
      fargate('FargateSpot', 'spot'),
      ...(gpu ? [...ec2('Gpu', 'gpu', 'on-demand', gpuVcpus), ...ec2('GpuSpot', 'gpu', 'spot', gpuVcpus)] : []),
    ]
  }
}
