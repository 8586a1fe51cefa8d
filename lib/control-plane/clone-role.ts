import { type IRole, PolicyStatement, Role, ArnPrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { blobKey, runsPrefix } from '#contract/object-keys.ts'

export interface CloneRoleProps {
  readonly bucket: IBucket
  /** Who alone may take the role: the function that answers clones. */
  readonly issuer: IRole
  readonly key?: IKey
}

/**
 * The most that any clone may. Nobody has all of it: the function that answers clones takes the role for one clone at a time, by a
 * session policy that names what this clone reads, and its own prefix.
 */
export class CloneRole extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { bucket, issuer, key }: CloneRoleProps) {
    super(scope, id)
    const role = new Role(this, 'Role', {
      assumedBy: new ArnPrincipal(issuer.roleArn),
      description: 'Forkcast: what clones may at most; each session is narrowed to one of them',
      maxSessionDuration: Duration.hours(1),
    })
    const blobs = bucket.arnForObjects(blobKey('*'))
    const runs = bucket.arnForObjects(`${runsPrefix}*`)
    role.addToPolicy(new PolicyStatement({ sid: 'Read', actions: ['s3:GetObject'], resources: [blobs, runs] }))
    role.addToPolicy(
      new PolicyStatement({ sid: 'Write', actions: ['s3:AbortMultipartUpload', 's3:PutObject'], resources: [runs] }),
    )
    key?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey')
    issuer.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'SpeakForAClone', actions: ['sts:AssumeRole'], resources: [role.roleArn] }),
    )
    this.arn = role.roleArn
  }
}
