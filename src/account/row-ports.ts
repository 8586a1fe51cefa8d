import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SFNClient } from '@aws-sdk/client-sfn'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Environment, Told } from '#account/observed.ts'
import type { Settings } from '#account/settings.ts'
import { createDynamoClient, createS3Client, createSfnClient, createSqsClient } from '#adapters/aws/aws-clients.ts'
import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { SfnExecutions } from '#adapters/aws/sfn-executions.ts'
import { SqsDispatcher } from '#adapters/aws/sqs-dispatcher.ts'
import { SqsTimers } from '#adapters/aws/sqs-timers.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { Definitions } from '#operations/definitions.ts'
import type { Ports } from '#operations/ports.ts'
import type { Clock } from '#ports/clock.ts'

/** Clients of what every function of a deployment uses. */
export interface RowClients {
  readonly dynamo: DynamoDBClient
  readonly s3: S3Client
  readonly sfn: SFNClient
  readonly sqs: SQSClient
}

/** The settings that they are wired by. */
export type RowSettings = Settings<'table' | 'bucket' | 'stateMachine' | 'dispatchQueue' | 'timerQueue'>

/** Ports without those of pools: all that registers a wait. */
export type RowPorts = Omit<Ports, 'pools'>

/** Each reads its endpoint, region and credentials as every client of the SDK does. */
export function openRowClients({ traced, environment }: Pick<Told, 'traced' | 'environment'>): RowClients {
  return {
    dynamo: traced(createDynamoClient()),
    s3: traced(createS3Client({ forcePathStyle: isElsewhere(environment) })),
    sfn: traced(createSfnClient()),
    sqs: traced(createSqsClient()),
  }
}

/** Whether S3 is another one than that of AWS, which finds buckets by host names of its own. */
function isElsewhere(environment: Environment): boolean {
  return environment['AWS_ENDPOINT_URL_S3'] !== undefined || environment['AWS_ENDPOINT_URL'] !== undefined
}

/** Wires rows, objects, executions and queues of a deployment. */
export function rowPorts(
  settings: RowSettings,
  { dynamo, s3, sfn, sqs }: RowClients,
  clock: Clock = createSystemClock(),
): RowPorts {
  const objects = new S3Objects({ client: s3, bucket: settings.bucket })
  const toQueue = (queueUrl: string) => ({ client: sqs, queueUrl, nowMs: () => clock.nowMs() })
  return {
    store: openDynamoStore({ client: dynamo, table: settings.table, objects }),
    objects,
    executions: new SfnExecutions({ client: sfn, stateMachineArn: settings.stateMachine }),
    timers: new SqsTimers(toQueue(settings.timerQueue)),
    dispatcher: new SqsDispatcher(toQueue(settings.dispatchQueue)),
    clock,
    ids: createSystemIds({ clock }),
    definitions: new Definitions(objects),
  }
}
