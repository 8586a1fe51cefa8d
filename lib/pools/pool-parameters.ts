import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import { deploymentParameters, type PoolParameter } from '#contract/deployment.ts'

export interface PoolParametersProps {
  readonly deployment: string
  readonly pools: readonly PoolParameter[]
}

/** What the functions of a deployment are told of its pools: one parameter each, free of charge. */
export class PoolParameters extends Construct {
  constructor(scope: Construct, id: string, { deployment, pools }: PoolParametersProps) {
    super(scope, id)
    for (const pool of pools) {
      new StringParameter(this, pool.id, {
        parameterName: `${deploymentParameters.pools(deployment)}/${pool.id}`,
        description: `Forkcast: the pool ${pool.id}`,
        stringValue: JSON.stringify(pool),
      })
    }
  }
}
