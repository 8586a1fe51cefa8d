import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, type EventBridgeClientConfig } from '@aws-sdk/client-eventbridge'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn'
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm'
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import { renewRefusedCredentials } from '#adapters/aws/fresh-credentials.ts'

/** Throttles, lost connections and errors of the service are tried again with full jitter, for some 20 seconds. */
const maxAttempts = 8

/** Of small requests: what is not answered within 5 seconds counts as lost, and is asked for again. */
const smallRequests = {
  maxAttempts,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const

/** A client of DynamoDB, for small requests. */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ ...smallRequests, ...config })
}

/** A client of Step Functions, for small requests. */
export function createSfnClient(config: SFNClientConfig = {}): SFNClient {
  return new SFNClient({ ...smallRequests, ...config })
}

/** A client of SQS, for small requests: it sends, and whoever receives by long polls needs more time. */
export function createSqsClient(config: SQSClientConfig = {}): SQSClient {
  return new SQSClient({ ...smallRequests, ...config })
}

/** A client of Systems Manager, for small requests. */
export function createSsmClient(config: SSMClientConfig = {}): SSMClient {
  return new SSMClient({ ...smallRequests, ...config })
}

/** A client of EventBridge, for small requests. */
export function createEventBridgeClient(config: EventBridgeClientConfig = {}): EventBridgeClient {
  return new EventBridgeClient({ ...smallRequests, ...config })
}

/** A client of STS, for small requests. */
export function createStsClient(config: STSClientConfig = {}): STSClient {
  return new STSClient({ ...smallRequests, ...config })
}

/** A client of S3: a connection on which nothing moves for 20 seconds counts as lost; transfers may take as long as they do. */
export function createS3Client(config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 2_000, socketTimeout: 20_000 },
    ...config,
  })
  renewRefusedCredentials(client)
  return client
}
