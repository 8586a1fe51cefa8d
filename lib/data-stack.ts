import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3'
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { marketPrefix, runsPrefix } from '#contract/object-keys.ts'
import { tableIndexes, tableNames } from '#contract/table.ts'

export interface DataStackProps extends StackProps {
  /**
   * Whether the table refuses to be deleted, by whomever, until this is off again.
   *
   * @default false
   */
  readonly deletionProtection?: boolean
  /**
   * What becomes of table, bucket and key when the stack is deleted or has to replace them. `DESTROY` fails on a bucket that
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
  /**
   * How long what clones wrote is kept: intermediate results, results, logs. A run whose objects are gone is still told of, and
   * cannot be retried from what it had committed.
   *
   * @default - until somebody deletes it
   */
  readonly keepRunObjects?: Duration
  /**
   * Whether a key of the account's own encrypts table, bucket, queues and logs, instead of keys that AWS owns: 1 USD a month, and
   * a price for each request that needs it.
   *
   * @default false
   */
  readonly customerKey?: boolean
}

/**
 * What a deployment keeps: rows in one table, objects in one bucket. It has a stack of its own so that all else can be
 * deleted and made again around it. Idle, it costs storage only: requests are paid one by one, keys are AWS's own unless told otherwise.
 *
 * Table and bucket get generated names, so that deployments share an account; outputs tell them.
 */
export class DataStack extends Stack {
  readonly table: ITable
  readonly bucket: IBucket
  /** Only where the account has a key of its own for it. */
  readonly key: IKey | undefined

  constructor(scope: Construct, id: string, props: DataStackProps = {}) {
    super(scope, id, { description: 'Forkcast: rows and objects of a deployment', ...props })
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN
    const key = props.customerKey === true ? this.#ownKey(removalPolicy) : undefined

    const table = new Table(this, 'Table', {
      partitionKey: { name: tableNames.partitionKey, type: AttributeType.STRING },
      sortKey: { name: tableNames.sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: tableNames.expiresAt,
      deletionProtection: props.deletionProtection ?? false,
      ...(key && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
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
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      lifecycleRules: lifecycle(props.keepDeletedRunObjects ?? Duration.days(7), props.keepRunObjects),
      removalPolicy,
    })

    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'The table: runs, tasks, slots, events' })
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName, description: 'The bucket: code, inputs, results' })
    this.table = table as ITable
    this.bucket = bucket as IBucket
    this.key = key
  }

  /** Other stacks use the key by grants to their own roles; services that use it in nobody's name are named here. */
  #ownKey(removalPolicy: RemovalPolicy): Key {
    const key = new Key(this, 'Key', {
      description: 'Forkcast: rows, objects, messages and logs of a deployment',
      enableKeyRotation: true,
      removalPolicy,
    })
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EventsIntoQueues',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsOfTheAccount',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:*`,
          },
        },
      }),
    )
    return key
  }
}

function lifecycle(keepDeleted: Duration, keep: Duration | undefined): LifecycleRule[] {
  return [
    // The parts of an upload that a killed clone left are invisible, and billed.
    { id: 'abort-unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    { id: 'expire-deleted-run-objects', prefix: runsPrefix, noncurrentVersionExpiration: keepDeleted },
    // What marks an object as deleted goes when no version is behind it any more.
    { id: 'expire-delete-markers', prefix: runsPrefix, expiredObjectDeleteMarker: true },
    // Nobody reads what the market was two days ago.
    {
      id: 'expire-market',
      prefix: marketPrefix,
      expiration: Duration.days(2),
      noncurrentVersionExpiration: Duration.days(1),
    },
    ...(keep === undefined ? [] : [{ id: 'expire-run-objects', prefix: runsPrefix, expiration: keep }]),
  ]
}
