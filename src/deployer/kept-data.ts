import {
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb'
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { KeptResource } from '#contract/deployer.ts'

/** Objects and versions are counted up to so many pages of 1,000; to count them all could take hours. */
const mostPages = 20
const gb = 1e9
/** A GB and month: of rows, and of restoring them to any second; of objects. List prices of us-east-1. */
const usdPerGb = { table: 0.25 + 0.2, bucket: 0.023 } as const

/** What a table holds, as DynamoDB counts it every six hours; `undefined` when it is not there. */
export async function keptTable(client: DynamoDBClient, name: string): Promise<KeptResource | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    return kept('table', name, Table?.TableSizeBytes ?? 0, Table?.ItemCount ?? 0, false)
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/** What a bucket holds, of all versions; `undefined` when it is not there. */
export async function keptBucket(client: S3Client, name: string): Promise<KeptResource | undefined> {
  let bytes = 0
  let things = 0
  let pages = 0
  try {
    for await (const { versions } of versionsOf(client, name)) {
      things += versions.length
      bytes += versions.reduce((sum, { size }) => sum + size, 0)
      pages += 1
      if (pages === mostPages) return kept('bucket', name, bytes, things, true)
    }
    return kept('bucket', name, bytes, things, false)
  } catch (error) {
    if (error instanceof NoSuchBucket) return undefined
    throw error
  }
}

function kept(kind: KeptResource['kind'], name: string, bytes: number, things: number, atLeast: boolean): KeptResource {
  return { kind, name, bytes, things, atLeast, usdPerMonth: (bytes / gb) * usdPerGb[kind] }
}

/** Deletes a table with its rows. */
export async function deleteTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: name }))
}

/** Deletes a bucket with all versions of its objects, and parts of uploads that never ended. */
export async function deleteBucket(client: S3Client, name: string): Promise<void> {
  for await (const { versions } of versionsOf(client, name)) {
    const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }))
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }),
    )
    const [first] = Errors
    if (first !== undefined)
      throw new Error(`${first.Key ?? name} is not deleted: ${first.Message ?? first.Code ?? ''}`)
  }
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }))
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId }))
  await client.send(new DeleteBucketCommand({ Bucket: name }))
}

interface Version {
  readonly Key: string | undefined
  readonly VersionId: string | undefined
  readonly size: number
}

/** Versions and what marks objects as deleted, page by page. */
async function* versionsOf(
  client: S3Client,
  Bucket: string,
): AsyncGenerator<{ readonly versions: readonly Version[] }> {
  let KeyMarker: string | undefined
  let VersionIdMarker: string | undefined
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }))
    const versions = [
      ...(page.Versions ?? []).map(({ Key, VersionId, Size = 0 }) => ({ Key, VersionId, size: Size })),
      ...(page.DeleteMarkers ?? []).map(({ Key, VersionId }) => ({ Key, VersionId, size: 0 })),
    ]
    if (versions.length > 0) yield { versions }
    if (page.IsTruncated !== true) return
    KeyMarker = page.NextKeyMarker
    VersionIdMarker = page.NextVersionIdMarker
  }
}
