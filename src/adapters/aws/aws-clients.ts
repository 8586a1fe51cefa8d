import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** Throttles, lost connections and errors of the service are tried again with full jitter, for some 20 seconds. */
const maxAttempts = 8

/** A client of DynamoDB: a request that is not answered within 5 seconds counts as lost, and is made again. */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...config,
  })
}

/** A client of S3: a connection on which nothing moves for 20 seconds counts as lost; transfers may take as long as they do. */
export function createS3Client(config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 2_000, socketTimeout: 20_000 },
    ...config,
  })
}
