import { type IRole, PolicyStatement, Role, ArnPrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { blobKey, runsPrefix } from '#contract/object-keys.ts'
import { type SecretNames, usualSecretNames } from './secret-names.ts'

export interface CloneRoleProps {
  readonly bucket: IBucket
  /** Who alone may take the role: the function that answers clones. */
  readonly issuer: IRole
  readonly key?: IKey
  /** Secrets that tasks may ever have. @default - `usualSecretNames` */
  readonly secrets?: SecretNames
}

/**
 * The most that any clone may. Nobody has all of it: the function that answers clones takes the role for one clone at a time, by a
 * session policy that names what this clone reads, its secrets, and its own prefix. Secrets under keys of AWS need no right to these; the policy of
 * any other key has to let this role decrypt.
 */
export class CloneRole extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { bucket, issuer, key, secrets = usualSecretNames }: CloneRoleProps) {
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
    const { ssm, secretsmanager } = secrets
    const arn = (service: string, resource: string) =>
      Stack.of(this).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME })
    const read = (sid: string, action: string, resources: string[]) => {
      if (resources.length > 0) role.addToPolicy(new PolicyStatement({ sid, actions: [action], resources }))
    }
    const parameters = ssm.map((name) => arn('ssm', `parameter/${name.replace(/^\//, '')}`))
    read('ReadParameters', 'ssm:GetParameter', parameters)
    const named = secretsmanager.map((name) => arn('secretsmanager', `secret:${name.replace(/(?<!\*)$/, '-??????')}`))
    read('ReadSecrets', 'secretsmanager:GetSecretValue', named)
    if (key) {
      const { region, urlSuffix } = Stack.of(this)
      role.addToPolicy(
        new PolicyStatement({
          sid: 'KeyOfTheData',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.${urlSuffix}` } },
        }),
      )
    }
    issuer.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'SpeakForAClone', actions: ['sts:AssumeRole'], resources: [role.roleArn] }),
    )
    this.arn = role.roleArn
  }
}
