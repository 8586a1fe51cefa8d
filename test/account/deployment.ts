import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeRuleCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import type { APIGatewayProxyEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { inject } from 'vitest'
import { accountApi } from '#account/account-api.ts'
import { accountPorts } from '#account/account-ports.ts'
import { accountCloneApi } from '#account/clone-api.ts'
import { soonerAgain } from '#account/sooner-again.ts'
import { workPorts } from '#account/work-ports.ts'
import { createEventBridgeClient, createSsmClient, createStsClient } from '#adapters/aws/aws-clients.ts'
import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { createScaledClock } from '#adapters/local/scaled-clock.ts'
import { cloneRequests } from '#contract/clone-requests.ts'
import { deploymentParameters } from '#contract/deployment.ts'
import type { MetricName } from '#contract/metrics.ts'
import { marketKey } from '#contract/object-keys.ts'
import { dispatchTimes } from '#contract/queues.ts'
import { type LaunchInput, stateMachine } from '#contract/state-machine.ts'
import { plainNames } from '#core/market/instance-type.ts'
import { emptyView } from '#core/market/market-view.ts'
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
import { queueEvent } from '../builders/queue-records.ts'
import { bundleAgent } from './agent-bundle.ts'
import { openBatchAccount } from './batch-account.ts'
import { CallTrace } from './call-trace.ts'
import { openCountedRequests } from './counted-requests.ts'
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
import { lengthened, shortenTokens } from './long-tokens.ts'

/** A deployment whose functions are calls of this process, on emulators of all services, with real containers' processes. */
export interface Deployment {
  /** Where its API is. */
  readonly url: string
  /** What its functions were called for and asked of services, so far. */
  readonly trace: CallTrace
  /** Requests of S3 by clones, by method, so far. */
  readonly cloneRequests: ReadonlyMap<string, number>
  /** Values of metrics that functions told, so far, added up. */
  readonly measured: ReadonlyMap<MetricName, number>
  /** Faults that functions told of. */
  readonly errors: readonly unknown[]
  /** Whether the watch's schedule is on. */
  isWatched(): Promise<boolean>
  /** Lets all timers ring that have been set so far, as if their time had come. */
  ringTimers(): Promise<void>
  close(): Promise<void>
}

export interface DeploymentOptions {
  /** How many times as fast the time of functions and pools goes: leases and watches end sooner, commands do not. @default 1 */
  readonly timeScale?: number
  readonly eventKnobs?: Partial<EventKnobs>
  /** Whether the host of a clone is taken away as soon as that has its lease. */
  readonly reclaims?: (slot: SlotRef) => boolean
  /** Of all pools together. @default 4 */
  readonly vcpus?: number
}

/** The events that the rule of a deployment lets through to its queue. */
const wanted: ReadonlySet<string | undefined> = new Set(['RUNNING', 'SUCCEEDED', 'FAILED'])

/**
 * Calls a function in a process that is at nothing else, or in a new one, as Lambda does: it knows nothing of what others have read or
 * written.
 */
function inProcesses<E, R>(start: () => (event: E) => Promise<R>): (event: E) => Promise<R> {
  const idle: ((event: E) => Promise<R>)[] = []
  return async (event) => {
    const handle = idle.pop() ?? start()
    try {
      return await handle(event)
    } finally {
      idle.push(handle)
    }
  }
}

/** Makes all that a stack would make, and starts what Lambda and EventBridge would. */
export async function openDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const ownClock = createScaledClock(options.timeScale ?? 1)
  let aheadMs = 0
  const clock: AlarmClock = { at: (...alarm) => ownClock.at(...alarm), nowMs: () => ownClock.nowMs() + aheadMs }
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
  const trace = new CallTrace()
  const cloneObjects = await openCountedRequests(inject('miniStack'))
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const measured = new Map<MetricName, number>()
  const told = {
    onError,
    measure: (name: MetricName, value: number) => {
      measured.set(name, (measured.get(name) ?? 0) + value)
      trace.measured()
    },
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
  await bundleAgent(folder)
  const agent = join(folder, 'agent.mjs')

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
    environment: { cloneApi: `${gateway.url}/v1`, bucket, region, objectsUrl: cloneObjects.url, spotHost: 'false' },
    vcpus: options.vcpus ?? 4,
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
    agentBucket: bucket,
    agentKey: 'agent.mjs',
    vcpus: undefined,
    image: undefined,
  }
  // What `work` would have asked AWS for within the hour: nothing is known of the market of emulators.
  const types = plainNames(batch.pools.flatMap(({ instanceTypes }) => instanceTypes))
  const hour = Math.floor(clock.nowMs() / 3_600_000)
  await clients.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: marketKey(types, hour), Body: JSON.stringify(emptyView) }),
  )
  for (const [service, client] of Object.entries({ ...clients, batch: batch.client })) trace.watch(service, client)
  shortenTokens(clients.sfn)
  const portsOf = () => accountPorts(settings, { ...clients, batch: batch.client }, told, { clock })
  const allOf = () => ({ ...portsOf(), ...workPorts(settings, clients, clock) })
  const clone = inProcesses(() => accountCloneApi(portsOf(), clients, settings, onError))
  const api = inProcesses(() => accountApi(allOf(), { s3: clients.s3, bucket, onError }))
  const launchOne = inProcesses(() => launchHandler(portsOf()))
  const settleOne = inProcesses(() => settleHandler(portsOf()))
  const afterLease = async ({ body, isBase64Encoded }: APIGatewayProxyEvent): Promise<void> => {
    const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
    const { slot, job } = cloneRequests.lease.parse(JSON.parse(text))
    if (options.reclaims?.(slot) === true) await batch.reclaim(job)
  }
  open.functions = {
    api: (event) => trace.call('api', `${event.httpMethod} ${event.path}`, () => api(event)),
    clone: async (event) => {
      const answer = await trace.call('clone', event.path, () => clone(event))
      if (event.path === `/clone/lease` && answer.statusCode === 200) await afterLease(event)
      return answer
    },
    launch: ({ slot, token }: LaunchInput) =>
      trace.call('launch', 'launch', () => launchOne({ slot, token: lengthened(token) })),
    settle: (input) => trace.call('settle', 'settle', () => settleOne(input)),
  }
  const source = { client: calm.sqs, onError }
  const again = { client: calm.sqs, queueUrl: dispatches.url, heldS: dispatchTimes.heldS, afterS: dispatchTimes.againS }
  const handlers = {
    dispatch: inProcesses(() => soonerAgain(dispatchHandler(portsOf(), onError), again)),
    timers: inProcesses(() => timersHandler(portsOf(), onError)),
    work: inProcesses(() => workHandler(allOf(), onError)),
    'job-events': inProcesses(() => jobEventsHandler(portsOf(), onError)),
  }
  const traced = <F extends keyof typeof handlers>(name: F) => {
    const handle: (event: SQSEvent) => Promise<SQSBatchResponse | void> = handlers[name]
    return (event: SQSEvent) => trace.call(name, `${event.Records.length} messages`, () => handle(event))
  }
  const sources = [
    openEventSource({ ...source, queueUrl: dispatches.url, atOnce: 1, handle: traced('dispatch') }),
    openEventSource({ ...source, queueUrl: timers.url, atOnce: 2, handle: traced('timers') }),
    openEventSource({ ...source, queueUrl: work.url, atOnce: 2, handle: traced('work') }),
    openEventSource({ ...source, queueUrl: jobEvents.url, atOnce: 2, handle: traced('job-events') }),
  ]
  const isWatched = async (): Promise<boolean> =>
    (await clients.events.send(new DescribeRuleCommand({ Name: watchRule }))).State === 'ENABLED'
  const watch = watchHandler(allOf())
  const schedule = tickEvery({
    seconds: watchEveryS,
    clock,
    act: async () => {
      if (await isWatched()) await trace.call('watch', 'watch', watch)
    },
    onError,
  })

  return {
    url: `${gateway.url}/v1`,
    trace,
    cloneRequests: cloneObjects.byMethod,
    measured,
    errors,
    isWatched,
    async ringTimers() {
      const set = trace.invocations
        .flatMap(({ calls }) => calls)
        .map(({ input }) => input as { readonly QueueUrl?: string; readonly MessageBody?: string })
        .filter(({ QueueUrl }) => QueueUrl === timers.url)
      aheadMs = 3600_000
      for (const { MessageBody } of set) await traced('timers')(queueEvent([MessageBody ?? '']))
    },
    async close() {
      await schedule.close()
      await Promise.all(sources.map((one) => one.close()))
      await batch.close()
      gateway.close()
      cloneObjects.close()
      await Promise.all([dispatches, timers, work, jobEvents].map((queue) => queue.drop()))
      await dropTable(calm.dynamo, table)
      for (const client of [...Object.values(clients), ...Object.values(calm)]) client.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
