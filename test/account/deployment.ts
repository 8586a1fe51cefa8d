import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeRuleCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { inject } from 'vitest'
import { accountApi } from '#account/account-api.ts'
import { accountPorts } from '#account/account-ports.ts'
import { accountCloneApi } from '#account/clone-api.ts'
import { soonerAgain } from '#account/sooner-again.ts'
import { workPorts } from '#account/work-ports.ts'
import { createEventBridgeClient, createSsmClient, createStsClient } from '#adapters/aws/aws-clients.ts'
import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { createScaledClock } from '#adapters/local/scaled-clock.ts'
import { cloneRequests } from '#contract/clone-requests.ts'
import { deploymentParameters } from '#contract/deployment.ts'
import type { MetricName } from '#contract/metrics.ts'
import { dispatchTimes } from '#contract/queues.ts'
import { stateMachine } from '#contract/state-machine.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { EventKnobs } from '#local/batch/events/event-delivery.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import { tickEvery } from '#local/tick-every.ts'
import { watchEveryS } from '#operations/watch.ts'
import { dispatchHandler } from '../../lambdas/dispatch/handler.ts'
import { jobEventsHandler } from '../../lambdas/job-events/handler.ts'
import { launchHandler } from '../../lambdas/launch/handler.ts'
import { settleHandler } from '../../lambdas/settle/handler.ts'
import { timersHandler } from '../../lambdas/timers/handler.ts'
import { watchHandler } from '../../lambdas/watch/handler.ts'
import { workHandler } from '../../lambdas/work/handler.ts'
import { bundleAgent } from './agent-bundle.ts'
import { openBatchAccount } from './batch-account.ts'
import { type Consumed, consumptionOf } from './consumption.ts'
import {
  credentials,
  dropTable,
  dynamoClient,
  newTable,
  region,
  s3Client,
  sfnClient,
  sqsClient,
} from './emulated-account.ts'
import { newQueue } from './emulated-queue.ts'
import { openEventSource } from './event-source.ts'
import { newForwardingFunction } from './forwarding-function.ts'
import { type GatewayFunctions, openGateway } from './gateway.ts'

/** A deployment whose functions are calls of this process, on emulators of all services, with real containers' processes. */
export interface Deployment {
  /** Where its API is. */
  readonly url: string
  /** Calls by service and command, so far. */
  calls(): ReadonlyMap<string, Consumed>
  /** Values of metrics that functions told, so far, added up. */
  readonly measured: ReadonlyMap<MetricName, number>
  /** Faults that functions told of. */
  readonly errors: readonly unknown[]
  /** Whether the watch's schedule is on. */
  isWatched(): Promise<boolean>
  close(): Promise<void>
}

export interface DeploymentOptions {
  /** How many times as fast the time of functions and pools goes: leases and watches end sooner, commands do not. @default 1 */
  readonly timeScale?: number
  readonly eventKnobs?: Partial<EventKnobs>
  /** Whether the host of a clone is taken away as soon as that has its lease. */
  readonly reclaims?: (slot: SlotRef) => boolean
}

/** The events that the rule of a deployment lets through to its queue. */
const wanted: ReadonlySet<string | undefined> = new Set(['RUNNING', 'SUCCEEDED', 'FAILED'])

/** Makes all that a stack would make, and starts what Lambda and EventBridge would. */
export async function openDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const clock = createScaledClock(options.timeScale ?? 1)
  const elsewhere = { endpoint: inject('miniStack'), region, credentials }
  const clients = {
    dynamo: dynamoClient('dynamoDbLocal'),
    s3: s3Client(),
    sfn: sfnClient(),
    sqs: sqsClient(),
    ssm: createSsmClient(elsewhere),
    events: createEventBridgeClient(elsewhere),
    sts: createStsClient(elsewhere),
  }
  // Those that make and drive what functions do not.
  const calm = { dynamo: dynamoClient('dynamoDbLocal'), sqs: sqsClient() }
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const measured = new Map<MetricName, number>()
  const told = {
    onError,
    measure: (name: MetricName, value: number) => void measured.set(name, (measured.get(name) ?? 0) + value),
  }
  const folder = await mkdtemp(join(tmpdir(), 'forkcast-account-'))
  const deployment = `d-${randomUUID()}`
  const bucket = `bucket-${randomUUID()}`
  const [dispatches, timers, work, jobEvents] = await Promise.all(
    (['dispatch', 'timers', 'work', 'job-events'] as const).map((kind) => newQueue(calm.sqs, kind)),
  )
  if (!dispatches || !timers || !work || !jobEvents) throw new Error('no queues were made')
  const table = await newTable(calm.dynamo)
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const agent = join(folder, 'agent.mjs')
  await bundleAgent(agent)

  const open: { functions?: GatewayFunctions } = {}
  const gateway = await openGateway(() => {
    if (open.functions === undefined) throw new Error('nothing is deployed yet')
    return open.functions
  }, onError)
  const [launch = '', settle = ''] = await Promise.all(
    ['launch', 'settle'].map((path) => newForwardingFunction(`${gateway.url}/${path}`)),
  )
  const definition = JSON.stringify(stateMachine({ launch, settle }))
  const roleArn = 'arn:aws:iam::000000000000:role/forkcast'
  const { stateMachineArn = '' } = await clients.sfn.send(
    new CreateStateMachineCommand({ name: `machine-${randomUUID()}`, roleArn, definition }),
  )
  const watchRule = `watch-${randomUUID()}`
  await clients.events.send(
    new PutRuleCommand({ Name: watchRule, ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' }),
  )
  const toQueue = async (event: JobEvent): Promise<void> => {
    if (!wanted.has(event.detail.status)) return
    await calm.sqs.send(new SendMessageCommand({ QueueUrl: jobEvents.url, MessageBody: JSON.stringify(event) }))
  }
  const batch = await openBatchAccount({
    folder,
    clock,
    agent,
    environment: { cloneApi: `${gateway.url}/v1`, bucket, region, objectsUrl: inject('miniStack'), spotHost: 'false' },
    eventKnobs: options.eventKnobs ?? {},
    onEvent: toQueue,
    onError,
  })
  for (const pool of batch.pools) {
    const Name = `${deploymentParameters.pools(deployment)}/${pool.id}`
    await clients.ssm.send(new PutParameterCommand({ Name, Value: JSON.stringify(pool), Type: 'String' }))
  }

  const settings = {
    deployment,
    table,
    bucket,
    stateMachine: stateMachineArn,
    dispatchQueue: dispatches.url,
    timerQueue: timers.url,
    workQueue: work.url,
    watchRule,
    cloneRole: 'arn:aws:iam::000000000000:role/clone',
    agent: '0'.repeat(64),
    vcpus: undefined,
    image: undefined,
  }
  const counted = new Map(
    Object.entries({ ...clients, batch: batch.client }).map(([service, client]) => [service, consumptionOf(client)]),
  )
  const ports = accountPorts(settings, { ...clients, batch: batch.client }, told, { clock })
  const all = { ...ports, ...workPorts(settings, clients, clock) }
  // Reads of who follows a run are as many as it takes seconds: they are not counted as calls of its tasks.
  const followed = openDynamoStore({ client: calm.dynamo, table, objects: ports.objects })
  const clone = accountCloneApi(ports, clients, settings, onError)
  const afterLease = async ({ body, isBase64Encoded }: APIGatewayProxyEvent): Promise<void> => {
    const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
    const { slot, job } = cloneRequests.lease.parse(JSON.parse(text))
    if (options.reclaims?.(slot) === true) await batch.reclaim(job)
  }
  open.functions = {
    api: accountApi({ ...all, store: followed }, { s3: clients.s3, bucket, onError }),
    clone: async (event) => {
      const answer = await clone(event)
      if (event.path === `/clone/lease` && answer.statusCode === 200) await afterLease(event)
      return answer
    },
    launch: launchHandler(ports),
    settle: settleHandler(ports),
  }
  const dispatch = dispatchHandler(ports)
  const source = { client: calm.sqs, onError }
  const sources = [
    openEventSource({
      ...source,
      queueUrl: dispatches.url,
      atOnce: 1,
      handle: soonerAgain(dispatch, { client: calm.sqs, queueUrl: dispatches.url, afterS: dispatchTimes.againS }),
    }),
    openEventSource({ ...source, queueUrl: timers.url, atOnce: 2, handle: timersHandler(ports, onError) }),
    openEventSource({ ...source, queueUrl: work.url, atOnce: 2, handle: workHandler(all, onError) }),
    openEventSource({ ...source, queueUrl: jobEvents.url, atOnce: 2, handle: jobEventsHandler(ports, onError) }),
  ]
  const isWatched = async (): Promise<boolean> =>
    (await clients.events.send(new DescribeRuleCommand({ Name: watchRule }))).State === 'ENABLED'
  const watch = watchHandler(all)
  const schedule = tickEvery({
    seconds: watchEveryS,
    clock,
    act: async () => {
      if (await isWatched()) await watch()
    },
    onError,
  })

  return {
    url: `${gateway.url}/v1`,
    calls: () =>
      new Map([...counted].flatMap(([service, calls]) => [...calls].map(([name, one]) => [`${service} ${name}`, one]))),
    measured,
    errors,
    isWatched,
    async close() {
      await schedule.close()
      await Promise.all(sources.map((one) => one.close()))
      await batch.close()
      gateway.close()
      await Promise.all([dispatches, timers, work, jobEvents].map((queue) => queue.drop()))
      await dropTable(calm.dynamo, table)
      for (const client of [...Object.values(clients), ...Object.values(calm)]) client.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
