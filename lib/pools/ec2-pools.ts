import { CfnComputeEnvironment } from 'aws-cdk-lib/aws-batch'
import type { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import type { Network } from '../network/network.ts'
import type { HostTemplate } from './host-template.ts'
import type { PoolKind } from './pool-kinds.ts'
import { PoolQueue } from './pool-queue.ts'

export interface Ec2PoolsProps {
  readonly deployment: string
  /** One accelerator and purchase, from hot to cold. */
  readonly kinds: readonly PoolKind[]
  readonly network: Network
  readonly instanceProfileArn: string
  readonly template: HostTemplate
  readonly schedulingPolicyArn: string
  /** How long a host of a warm environment stays when it has nothing to do. Batch takes 20 minutes and more. */
  readonly warmFor: Duration
  /** The most that a spot host may cost, of the on-demand price. */
  readonly bidPercentage?: number
}

/**
 * Three environments, hot, warm and cold, and three queues that spill down:
 *
 *     hot  = [hot, warm, cold]
 *     warm =      [warm, cold]
 *     cold =            [cold]
 *
 * None keeps a host by itself: hot has as many as its `minvCpus` are raised to while demand is forecast, warm keeps a host for a
 * while after its last job.
 */
export class Ec2Pools extends Construct {
  readonly queues: readonly PoolQueue[]

  constructor(scope: Construct, id: string, props: Ec2PoolsProps) {
    super(scope, id)
    const environments = props.kinds.map((kind) => this.#environment(kind, props))
    this.queues = props.kinds.map(
      (kind, index) =>
        new PoolQueue(this, `${inCapitals(kind.tier)}Queue`, {
          deployment: props.deployment,
          kind,
          environments: environments.slice(index),
          schedulingPolicyArn: props.schedulingPolicyArn,
          priority: props.kinds.length - index,
        }),
    )
  }

  #environment(kind: PoolKind, props: Ec2PoolsProps): CfnComputeEnvironment {
    const { network, template, instanceProfileArn, bidPercentage } = props
    const isSpot = kind.purchase === 'spot'
    return new CfnComputeEnvironment(this, inCapitals(kind.tier), {
      type: 'MANAGED',
      state: 'ENABLED',
      // Updated in place: hosts are replaced when they are free, and no job is ended for it.
      replaceComputeEnvironment: false,
      updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 360 },
      computeResources: {
        type: isSpot ? 'SPOT' : 'EC2',
        allocationStrategy: isSpot ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
        ...(isSpot && bidPercentage !== undefined && { bidPercentage }),
        minvCpus: 0,
        maxvCpus: kind.vcpus,
        ...(kind.tier === 'warm' && { scalingPolicy: { minScaleDownDelayMinutes: props.warmFor.toMinutes() } }),
        instanceTypes: [...kind.instanceTypes],
        instanceRole: instanceProfileArn,
        ec2Configuration: [{ imageType: kind.accelerator === 'gpu' ? 'ECS_AL2023_NVIDIA' : 'ECS_AL2023' }],
        launchTemplate: { launchTemplateId: template.id, version: template.version },
        updateToLatestImageVersion: true,
        subnets: network.subnetIds,
        securityGroupIds: [network.securityGroup.securityGroupId],
        // AWS Batch writes tags of hosts here, not those of the template.
        tags: {
          Name: `${props.deployment}-${kind.id}`,
          'forkcast:deployment': props.deployment,
          'forkcast:pool': kind.id,
        },
      },
    })
  }
}

function inCapitals(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}
