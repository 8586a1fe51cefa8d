import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { PlannerFunction, SettingValues } from './planner-function.ts'

/** The agent's bundle: an object in the bucket that `cdk bootstrap` made, where each deployment puts what it is made of. */
export class AgentAsset extends Asset {
  readonly settings: Required<Pick<SettingValues, 'agent' | 'agentBucket' | 'agentKey'>>

  /** @param file - the bundle, as it was built */
  constructor(scope: Construct, id: string, file: string) {
    super(scope, id, { path: file })
    this.settings = {
      agent: createHash('sha256').update(readFileSync(file)).digest('hex'),
      agentBucket: this.s3BucketName,
      agentKey: this.s3ObjectKey,
    }
  }

  /** Lets a function sign links to this object, and to no other one of the bucket. */
  grantLinks(to: PlannerFunction): void {
    const { bucketArn } = this.bucket
    const object = this.bucket.arnForObjects(this.s3ObjectKey)
    to.addToRolePolicy(new PolicyStatement({ sid: 'Agent', actions: ['s3:GetObject'], resources: [object] }))
    const stack = Stack.of(this)
    const keys = stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' })
    to.addToRolePolicy(
      new PolicyStatement({
        // Whoever bootstrapped the account may have chosen a key, of which nothing is known here: with it, this object can be read.
        sid: 'KeyOfTheAgent',
        actions: ['kms:Decrypt'],
        resources: [keys],
        conditions: {
          StringEquals: {
            'kms:ViaService': `s3.${stack.region}.${stack.urlSuffix}`,
            'kms:EncryptionContext:aws:s3:arn': [object, bucketArn],
          },
        },
      }),
    )
  }
}
