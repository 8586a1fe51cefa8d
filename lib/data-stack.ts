import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { runsPrefix } from '#contract/object-keys.ts'
import { tableIndexes, tableNames } from '#contract/table.ts'

export interface DataStackProps extends StackProps {
  /** Name of the deployment, on every resource as the tag `forkcast:deployment`; a bill can be split by it. */
  readonly deployment: string
  /**
   * Whether the table refuses to be deleted, by whomever, until this is off again.
   *
   * @default false
   */
  readonly deletionProtection?: boolean
  /**
   * What becomes of table and bucket when the stack is deleted or has to replace them. `DESTROY` fails on a bucket that
   * holds objects: nothing here empties one.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy
  /**
   * How long a deleted or overwritten object under `runs/` can still be brought back. It is stored, and paid, for as long;
   * what clones wrote is most of the bytes.
   *
   * @default Duration.days(7)
   */
  readonly keepDeletedRunObjects?: Duration
}

/**
 * What a deployment keeps: rows in one table, objects in one bucket. It has a stack of its own so that all else can be
 * deleted and made again around it. Idle, it costs storage only: requests are paid one by one, keys are AWS's own.
 *
 * Table and bucket get generated names, so that deployments share an account; outputs tell them.
 */
export class DataStack extends Stack {
  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { description: 'Forkcast: rows and objects of a deployment', ...props })
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN

    const table = new Table(this, 'Table', {
      partitionKey: { name: tableNames.partitionKey, type: AttributeType.STRING },
      sortKey: { name: tableNames.sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: tableNames.expiresAt,
      deletionProtection: props.deletionProtection ?? false,
      removalPolicy,
    })
    for (const { index, part, order, holds } of Object.values(tableIndexes)) {
      table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: part, type: AttributeType.STRING },
        sortKey: { name: order, type: AttributeType.STRING },
        projectionType: holds === 'keys' ? ProjectionType.KEYS_ONLY : ProjectionType.ALL,
      })
    }

    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        // The parts of an upload that a killed clone left are invisible, and billed.
        { id: 'abort-unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        {
          id: 'expire-deleted-run-objects',
          prefix: runsPrefix,
          noncurrentVersionExpiration: props.keepDeletedRunObjects ?? Duration.days(7),
        },
      ],
      removalPolicy,
    })

    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'The table: runs, tasks, slots, events' })
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName, description: 'The bucket: code, inputs, results' })
    Tags.of(this).add('forkcast:deployment', props.deployment)
  }
}
