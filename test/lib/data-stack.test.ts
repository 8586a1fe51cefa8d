import { Match, Template } from 'aws-cdk-lib/assertions'
import { App, Duration, RemovalPolicy } from 'aws-cdk-lib/core'
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { tableIndexes } from '#contract/table.ts'
import cdk from '../../cdk.json' with { type: 'json' }
import { DataStack, type DataStackProps } from '../../lib/data-stack.ts'

process.env['CDK_VALIDATION'] = 'false'

const templateOf = (options: DataStackProps = {}): Template =>
  Template.fromStack(new DataStack(new App({ context: cdk.context }), 'Data', options))

const plain = templateOf()
const everyOption = templateOf({
  deletionProtection: true,
  removalPolicy: RemovalPolicy.DESTROY,
  keepDeletedRunObjects: Duration.days(30),
  keepRunObjects: Duration.days(90),
})
const ownKey = templateOf({ customerKey: true })

const assertProperties = (template: Template, type: string, properties: object) =>
  template.hasResourceProperties(type, properties)
const assertPolicy = (template: Template, type: string, policy: 'Retain' | 'Delete') =>
  template.hasResource(type, { DeletionPolicy: policy, UpdateReplacePolicy: policy })

const table = 'AWS::DynamoDB::Table'
const bucket = 'AWS::S3::Bucket'
const idOf = (type: string) => Object.keys(plain.findResources(type))[0]

describe('the table', () => {
  it('has a text as partition key and one as sort key', () => {
    assertProperties(plain, table, {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: Match.arrayWith([
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ]),
    })
  })

  it.each(Object.values(tableIndexes))('has the index $index with keys of its own, so that it is sparse', (index) => {
    assertProperties(plain, table, {
      GlobalSecondaryIndexes: Match.arrayWith([
        {
          IndexName: index.index,
          KeySchema: [
            { AttributeName: index.part, KeyType: 'HASH' },
            { AttributeName: index.order, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: index.holds === 'keys' ? 'KEYS_ONLY' : 'ALL' },
        },
      ]),
      AttributeDefinitions: Match.arrayWith([{ AttributeName: index.part, AttributeType: 'S' }]),
    })
  })

  it('has no other indexes, and pays by request', () => {
    const [found] = Object.values(plain.findResources(table))
    const properties = found?.['Properties'] as Record<string, unknown>
    expect(properties['GlobalSecondaryIndexes']).toHaveLength(Object.keys(tableIndexes).length)
    expect(properties['AttributeDefinitions']).toHaveLength(2 + 2 * Object.keys(tableIndexes).length)
    expect(properties).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' })
    expect(properties).not.toHaveProperty('LocalSecondaryIndexes')
  })

  it('can be restored to any second, and lets items expire', () => {
    assertProperties(plain, table, {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    })
  })

  it('is encrypted with a key that AWS owns', () => {
    assertProperties(plain, table, { SSESpecification: Match.absent() })
  })

  it('refuses its deletion only when asked to', () => {
    assertProperties(plain, table, { DeletionProtectionEnabled: false })
    assertProperties(everyOption, table, { DeletionProtectionEnabled: true })
  })

  it('outlives its stack unless told otherwise', () => {
    assertPolicy(plain, table, 'Retain')
    assertPolicy(everyOption, table, 'Delete')
  })
})

describe('the bucket', () => {
  it('keeps versions, and is closed to the public', () => {
    assertProperties(plain, bucket, {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    })
  })

  it('is encrypted with keys that S3 manages', () => {
    assertProperties(plain, bucket, {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    })
  })

  it('denies everyone everything over an open connection', () => {
    const arn = { 'Fn::GetAtt': [idOf(bucket), 'Arn'] }
    assertProperties(plain, 'AWS::S3::BucketPolicy', {
      Bucket: { Ref: idOf(bucket) },
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }],
          },
        ],
      },
    })
  })

  it.each([
    { template: plain, days: 7, when: 'by default', others: 'no others', kept: [] },
    {
      template: everyOption,
      days: 30,
      when: 'when told so',
      others: 'others after 90',
      kept: [{ Id: 'expire-run-objects', Status: 'Enabled', Prefix: 'runs/', ExpirationInDays: 90 }],
    },
  ])(
    'forgets unfinished uploads after a day and deleted objects of runs after $days days $when, and $others',
    ({ template, days, kept }) => {
      assertProperties(template, bucket, {
        LifecycleConfiguration: Match.objectEquals({
          Rules: [
            {
              Id: 'abort-unfinished-uploads',
              Status: 'Enabled',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
            {
              Id: 'expire-deleted-run-objects',
              Status: 'Enabled',
              Prefix: 'runs/',
              NoncurrentVersionExpiration: { NoncurrentDays: days },
            },
            { Id: 'expire-delete-markers', Status: 'Enabled', Prefix: 'runs/', ExpiredObjectDeleteMarker: true },
            {
              Id: 'expire-market',
              Status: 'Enabled',
              Prefix: 'market/',
              ExpirationInDays: 2,
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            },
            ...kept,
          ],
        }),
      })
    },
  )

  it('outlives its stack unless told otherwise', () => {
    assertPolicy(plain, bucket, 'Retain')
    assertPolicy(everyOption, bucket, 'Delete')
  })
})

describe('a key of the account', () => {
  const key = { 'Fn::GetAtt': [Object.keys(ownKey.findResources('AWS::KMS::Key'))[0], 'Arn'] }

  it('encrypts table and bucket, is renewed each year, and outlives the stack', () => {
    assertProperties(ownKey, table, { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } })
    assertProperties(ownKey, bucket, {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } },
        ],
      },
    })
    assertProperties(ownKey, 'AWS::KMS::Key', { EnableKeyRotation: true })
    assertPolicy(ownKey, 'AWS::KMS::Key', 'Retain')
  })

  it('lets events into queues and logs of the account alone use it in nobody’s name', () => {
    const [found] = Object.values(ownKey.findResources('AWS::KMS::Key')) as { Properties: KeyProperties }[]
    const services = found?.Properties.KeyPolicy.Statement.filter(({ Principal }) => 'Service' in Principal)
    expect(services?.map(({ Sid, Condition }) => [Sid, Object.keys(Condition ?? {})])).toStrictEqual([
      ['EventsIntoQueues', ['StringEquals']],
      ['LogsOfTheAccount', ['ArnLike']],
    ])
  })
})

interface KeyProperties {
  readonly KeyPolicy: {
    readonly Statement: readonly { readonly Sid?: string; readonly Principal: object; readonly Condition?: object }[]
  }
}

describe('the stack', () => {
  it('tells the names of table and bucket', () => {
    const outputs = Object.entries(plain.findOutputs('*')).map(([name, { Value }]) => [name, Value] as const)
    expect(Object.fromEntries(outputs)).toStrictEqual({
      TableName: { Ref: idOf(table) },
      BucketName: { Ref: idOf(bucket) },
    })
  })

  it('names neither, so that deployments share an account', () => {
    assertProperties(plain, table, { TableName: Match.absent() })
    assertProperties(plain, bucket, { BucketName: Match.absent() })
  })

  it('fits any account and region, and looks nothing up', () => {
    const app = new App({ context: cdk.context })
    const { environment } = new DataStack(app, 'Data')
    expect(environment).toBe('aws://unknown-account/unknown-region')
    expect(app.synth().manifest.missing ?? []).toStrictEqual([])
  })
})

describe.each([
  { template: plain, options: 'no option' },
  { template: everyOption, options: 'every option' },
])('an idle deployment with $options', ({ template }) => {
  /** Free but for what they store, when no one asks them for anything. */
  const free = new Set([table, bucket, 'AWS::S3::BucketPolicy'])

  it('pays for storage alone', () => {
    const { Resources: resources } = template.toJSON() as { Resources: Record<string, { Type: string }> }
    const types = new Set(Object.values(resources).map(({ Type }) => Type))
    expect(types).toStrictEqual(free)
  })

  it('has no capacity booked', () => {
    assertProperties(template, table, {
      BillingMode: 'PAY_PER_REQUEST',
      ProvisionedThroughput: Match.absent(),
      GlobalSecondaryIndexes: Object.keys(tableIndexes).map(() => ({
        ProvisionedThroughput: Match.absent(),
        WarmThroughput: Match.absent(),
      })),
      WarmThroughput: Match.absent(),
    })
  })
})

describe('cdk.json', () => {
  it('sets every feature flag that this version of the CDK recommends, as it recommends', () => {
    expect(cdk.context).toStrictEqual(recommended)
  })
})
