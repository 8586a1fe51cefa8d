import type { BatchClient } from '@aws-sdk/client-batch'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import { BatchPace } from '#adapters/aws/batch-pace.ts'
import { type BatchPoolsOptions, createBatchPools } from '#adapters/aws/batch-pools.ts'
import { readBatchJobEvent } from '#contract/batch-job.ts'
import { arrayPartOf } from '#core/dispatch/job-names.ts'
import { seededRandom } from '#core/random.ts'
import { CallFates, type CallKnobs } from '#local/batch/api/call-fate.ts'
import { serveBatch } from '#local/batch/batch-server.ts'
import type { EventKnobs } from '#local/batch/events/event-delivery.ts'
import type { JobEnded, JobRequest, Pools } from '#ports/pools.ts'
import { emulatedPool, jobOf } from '../../builders/emulation.ts'
import { batchRig, type BatchRig } from '../../local/batch/batch-rig.ts'

/** Pools on an endpoint over HTTP, whose clock and containers a test drives. */
export interface PoolsRig {
  readonly pools: Pools
  readonly batch: BatchRig
  /** Of the endpoint, for a second process; it tries once. */
  readonly client: BatchClient
  readonly options: BatchPoolsOptions
  /** What events told, as often as they did. */
  readonly told: readonly JobEnded[]
  /** How many calls of each kind the client has sent. */
  readonly sent: ReadonlyMap<string, number>
  /** Lets the next call of a kind be done and lost; what happens meanwhile comes before the client knows. */
  cutOff(command: string, meanwhile?: () => Promise<void>): void
  /** Lets the next call of a kind be lost and arrive when the function that is given is called. */
  holdUp(command: string): () => Promise<void>
  tune(knobs: Partial<CallKnobs>): void
  /** Ids of all jobs of a request, newest first. */
  ids(request: JobRequest): readonly string[]
  settle(): Promise<void>
  close(): Promise<void>
}

export const image = 'node:24-slim'
const near = emulatedPool('near-cpu', { vcpus: 4, memoryMiB: 8192, spillsTo: ['far-cpu'] }).pool
const far = emulatedPool('far-cpu', { vcpus: 4, memoryMiB: 8192 }).pool

/** Longer than events are late. */
const settleMs = 5_000

export async function openPoolsRig(
  options: {
    readonly seed?: string
    readonly calls?: Partial<CallKnobs>
    readonly events?: Partial<EventKnobs>
    readonly changes?: Partial<BatchPoolsOptions>
    readonly client?: (url: string) => BatchClient
  } = {},
): Promise<PoolsRig> {
  const { seed = 'pools', calls, events = {}, changes = {} } = options
  const told: JobEnded[] = []
  const batch = batchRig({
    seed,
    submitsPerS: 10_000,
    eventKnobs: events,
    emulation: () => ({ startDelay: { kind: 'fixed', seconds: 0 }, reclaim: { kind: 'never' } }),
    onEvent: async (event) => {
      const ended = readBatchJobEvent(JSON.stringify(event))?.ended
      if (ended != null) told.push(ended)
    },
  })
  batch.call('createjobqueue', {
    jobQueueName: 'far',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  })
  const fates = new CallFates(seededRandom(`${seed}/calls`), calls)
  const server = await serveBatch({
    service: batch.service,
    fates,
    onError: (error) => {
      throw error
    },
  })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const makeClient = options.client ?? ((endpoint) => createBatchClient({ endpoint, region: 'us-east-1', credentials }))
  const client = makeClient(server.url)
  const { sent, cutOff, holdUp } = watched(client)
  const submitted = new Map<string, JobRequest>()
  const poolOptions: BatchPoolsOptions = {
    client,
    pools: [
      { pool: near, queue: 'q', platform: 'EC2', container: { command: ['/agent'] } },
      { pool: far, queue: 'far', platform: 'EC2', container: { command: ['/agent'] } },
    ],
    total: { vcpus: 6, memoryMiB: 16_384, gpus: 0 },
    held: async () => [...submitted.values()].filter((request) => ids(request).some((id) => !isOver(batch, id))),
    launchOf: async () => ({ image }),
    tokenOf: async (whose) => `token of ${'array' in whose ? whose.array : whose.job}`,
    pace: new BatchPace({ perS: 10_000 }),
    ...changes,
  }
  const ids = ({ job }: JobRequest): readonly string[] => {
    const { array, index } = arrayPartOf(job) ?? { array: job, index: null }
    const name = `${array.replaceAll(/[^\w-]+/g, '-')}-*`
    const found = batch.list({ jobQueue: 'q', filters: [{ name: 'JOB_NAME', values: [name] }] })
    return index === null ? found : found.map((id) => `${id}:${index}`)
  }
  const pools = createBatchPools(poolOptions)

  return {
    pools: {
      ...pools,
      submit: async (requests) => {
        for (const request of requests) submitted.set(request.job, request)
        await pools.submit(requests)
      },
    },
    batch,
    client,
    options: poolOptions,
    told,
    sent,
    cutOff,
    holdUp,
    tune: (knobs) => fates.tune(knobs),
    ids,
    settle: () => batch.clock.advance(settleMs),
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}

/** A job of the pool that is queue `q`. */
export function nearJob(name: string): JobRequest {
  return { ...jobOf(name, near.id), timeoutS: 600 }
}

function isOver(batch: BatchRig, id: string): boolean {
  return ['SUCCEEDED', 'FAILED'].includes(batch.statusOf(id))
}

function watched(client: BatchClient) {
  const sent = new Map<string, number>()
  const cut = new Map<string, () => Promise<void>>()
  const heldUp = new Map<string, (arrive: () => Promise<void>) => void>()
  const lost = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        sent.set(commandName, (sent.get(commandName) ?? 0) + 1)
        const holds = heldUp.get(commandName)
        if (holds !== undefined) {
          heldUp.delete(commandName)
          holds(async () => void (await next(args)))
          throw lost()
        }
        const answer = await next(args)
        const meanwhile = cut.get(commandName)
        if (meanwhile === undefined) return answer
        cut.delete(commandName)
        await meanwhile()
        throw lost()
      },
    { step: 'initialize', name: 'watched' },
  )
  const cutOff = (command: string, meanwhile = async () => undefined as void) => void cut.set(command, meanwhile)
  const holdUp = (command: string) => {
    let arrive = async () => undefined as void
    heldUp.set(command, (given) => {
      arrive = given
    })
    return () => arrive()
  }
  return { sent, cutOff, holdUp }
}
