import { CfnComputeEnvironment } from 'aws-cdk-lib/aws-batch'
import { Construct } from 'constructs'
import type { Network } from '../network/network.ts'
import type { PoolKind } from './pool-kinds.ts'
import { PoolQueue } from './pool-queue.ts'

export interface FargatePoolProps {
  readonly deployment: string
  readonly kind: PoolKind
  readonly network: Network
  readonly schedulingPolicyArn: string
}

/** A pool on Fargate: a queue of its own, since Fargate and EC2 do not mix in one. */
export class FargatePool extends Construct {
  readonly queue: PoolQueue

  constructor(scope: Construct, id: string, { deployment, kind, network, schedulingPolicyArn }: FargatePoolProps) {
    super(scope, id)
    const environment = new CfnComputeEnvironment(this, 'Environment', {
      type: 'MANAGED',
      state: 'ENABLED',
      replaceComputeEnvironment: false,
      computeResources: {
        type: kind.purchase === 'spot' ? 'FARGATE_SPOT' : 'FARGATE',
        maxvCpus: kind.vcpus,
        subnets: network.subnetIds,
        securityGroupIds: [network.securityGroup.securityGroupId],
      },
    })
    this.queue = new PoolQueue(this, 'Queue', {
      deployment,
      kind,
      environments: [environment],
      schedulingPolicyArn,
      priority: 1,
    })
  }
}
