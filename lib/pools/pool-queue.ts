import { type CfnComputeEnvironment, CfnJobQueue } from 'aws-cdk-lib/aws-batch'
import { Construct } from 'constructs'
import type { PoolKind } from './pool-kinds.ts'

export interface PoolQueueProps {
  readonly deployment: string
  readonly kind: PoolKind
  /** At most three, tried in their order. */
  readonly environments: readonly CfnComputeEnvironment[]
  readonly schedulingPolicyArn: string
  /** Where an environment serves several queues, the one of the greatest goes first. */
  readonly priority: number
}

/** A pool as it is deployed: its job queue. It has a fair-share policy from its first day, since none can be given to it later. */
export class PoolQueue extends Construct {
  readonly kind: PoolKind
  readonly arn: string

  constructor(scope: Construct, id: string, props: PoolQueueProps) {
    super(scope, id)
    const { deployment, kind, environments, schedulingPolicyArn, priority } = props
    const queue = new CfnJobQueue(this, 'Queue', {
      jobQueueName: `${deployment}-${kind.id}`,
      state: 'ENABLED',
      priority,
      schedulingPolicyArn,
      computeEnvironmentOrder: environments.map((environment, index) => ({
        order: index + 1,
        computeEnvironment: environment.attrComputeEnvironmentArn,
      })),
    })
    this.kind = kind
    this.arn = queue.attrJobQueueArn
  }
}
