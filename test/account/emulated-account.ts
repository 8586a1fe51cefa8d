import { randomUUID } from 'node:crypto'
import {
  type BillingMode,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import type { SFNClient } from '@aws-sdk/client-sfn'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { inject } from 'vitest'
import { createDynamoClient, createS3Client, createSfnClient, createSqsClient } from '#adapters/aws/aws-clients.ts'

/** Who all clients are. */
export const credentials = { accessKeyId: '000000000000', secretAccessKey: 'test' }
export const region = 'us-east-1'

/** A client of an emulator of DynamoDB. */
export function dynamoClient(emulator: 'dynamoDbLocal' | 'miniStack'): DynamoDBClient {
  return createDynamoClient({ endpoint: inject(emulator), region, credentials })
}

/** A client of MiniStack's S3. */
export function s3Client(): S3Client {
  return createS3Client({ endpoint: inject('miniStack'), region, credentials, forcePathStyle: true })
}

/** A client of MiniStack's Step Functions. */
export function sfnClient(): SFNClient {
  return createSfnClient({ endpoint: inject('miniStack'), region, credentials })
}

/** A client of MiniStack's SQS. */
export function sqsClient(): SQSClient {
  return createSqsClient({ endpoint: inject('miniStack'), region, credentials })
}

/** An empty table, as the stack makes it but for what an emulator does not have. */
export async function newTable(client: DynamoDBClient): Promise<string> {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } = inject('tableProperties')
  const TableName = `table-${randomUUID()}`
  const input = { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode: BillingMode as BillingMode }
  await client.send(new CreateTableCommand({ TableName, ...input } as CreateTableCommandInput))
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName })
  return TableName
}

/** Drops a table. */
export async function dropTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName }))
}

/** An empty bucket. */
export async function newBucket(client: S3Client): Promise<string> {
  const Bucket = `bucket-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}
