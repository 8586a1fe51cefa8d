import type { BatchClient } from '@aws-sdk/client-batch'
import { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import { inLanes } from '#adapters/aws/batch-lanes.ts'
import { BatchPace } from '#adapters/aws/batch-pace.ts'
import { type BatchLaunch, BatchSubmissions, type BatchTarget } from '#adapters/aws/batch-submissions.ts'
import { Turns } from '#adapters/aws/turns.ts'
import type { Capacity, Pool, Room, SharedRoom } from '#core/pools/pool.ts'
import { take } from '#core/pools/room.ts'
import { givenOn } from '#core/pools/size.ts'
import type { JobRequest, JobState, Pools } from '#ports/pools.ts'

/** A pool, and the queue that it is in Batch. */
export interface BatchPool extends BatchTarget {
  readonly pool: Pool
}

export interface BatchPoolsOptions {
  /** One that tries once, as `createBatchClient` makes it. */
  readonly client: BatchClient
  /** Each has a queue of its own. */
  readonly pools: readonly BatchPool[]
  /** What all pools together may hold: a quota of the account. */
  readonly total: Room
  /** What some pools together may hold, such as a quota for all tiers. @default - nothing */
  readonly shared?: readonly SharedRoom[]
  /** What jobs that have not ended were given, and of which pool: Batch does not tell what is free. */
  readonly held: () => Promise<readonly Pick<JobRequest, 'pool' | 'resources'>[]>
  readonly launchOf: (request: JobRequest) => Promise<BatchLaunch>
  /**
   * Submissions within any second, tries that were throttled included. All who submit in the account share 50 a second.
   * @default a pace of 50
   */
  readonly pace?: BatchPace
}

/** SubmitJob of one account and region (AWS Batch quotas). */
const submitsPerS = 50
/** Submissions at a time: enough for the rate at some 150 ms each. */
const lanes = 8
/** What one DescribeJobs takes. */
const askedAtOnce = 100

/**
 * Pools that are queues of AWS Batch. A submission that was not answered is found again rather than repeated. A job that lives is
 * adopted as far as this process knows of it: between processes, only one submits at a time, what it has written as starting, once.
 */
export function createBatchPools(options: BatchPoolsOptions): Pools {
  const { client, total, shared = [], held, launchOf, pace = new BatchPace({ perS: submitsPerS }) } = options
  const pools = new Map(options.pools.map((entry) => [entry.pool.id, entry]))
  const jobs = new BatchJobs(
    client,
    options.pools.map(({ queue }) => queue),
  )
  const submissions = new BatchSubmissions(client, jobs, pace)
  const turns = new Turns()

  return {
    describe: async () => options.pools.map(({ pool }) => pool),
    capacity: async () => capacityOf(options.pools, { total, shared }, await held()),
    submit: async (requests) => {
      const targets = requests.map((request) => [request, targetOf(request)] as const)
      await inLanes(targets, lanes, ([request, target]) => turns.take([request.job], () => submitOne(request, target)))
    },
    jobs: async (names) => {
      if (names.length > askedAtOnce)
        throw new RangeError(`${names.length} jobs were asked about: ${askedAtOnce} at once`)
      const found = await jobs.find(names)
      return found.map(({ clone: { job }, startedAtMs, ended }): JobState => {
        return ended === null ? { job, state: 'alive', startedAtMs } : { job, state: 'ended', ended }
      })
    },
    terminate: (names, reason) => jobs.terminate(names, reason),
  }

  function targetOf({ pool }: JobRequest): BatchTarget {
    const target = pools.get(pool)
    if (target === undefined) throw new RangeError(`there is no pool ${pool}`)
    return target
  }

  async function submitOne(request: JobRequest, target: BatchTarget): Promise<void> {
    const met = await jobs.met(request.job)
    if (met?.ended === null) return
    const { id, isSole } = await submissions.submit(request, await launchOf(request), target)
    jobs.meet(request.job, isSole ? id : null)
  }
}

/** Held is what a platform has for what was asked. A pool is not free of more than there is in total, and of what it shares. */
function capacityOf(
  pools: readonly BatchPool[],
  { total, shared }: { readonly total: Room; readonly shared: readonly SharedRoom[] },
  held: readonly Pick<JobRequest, 'pool' | 'resources'>[],
): Capacity {
  const free = new Map(pools.map(({ pool }) => [pool.id, roomOf(pool)]))
  let all = total
  const groups = shared.map((one) => ({ ...one }))
  for (const { pool: id, resources } of held) {
    const size = givenOn(pools.find(({ pool }) => pool.id === id)?.platform ?? 'EC2', resources)
    all = take(size, all)
    for (const group of groups) if (group.pools.includes(id)) group.room = take(size, group.room)
    const room = free.get(id)
    if (room !== undefined) free.set(id, take(size, room))
  }
  const left = [...free].map(([id, room]) => {
    const bounds = groups.filter(({ pools: ids }) => ids.includes(id)).map((group) => group.room)
    return [id, bounds.reduce(within, within(room, all))] as const
  })
  return {
    pools: Object.fromEntries(left),
    total: within(all, all),
    ...(groups.length > 0 && {
      shared: groups.map(({ pools: ids, room }) => ({ pools: ids, room: within(room, room) })),
    }),
  }
}

function roomOf({ vcpus, memoryMiB, gpus }: Pool): Room {
  return { vcpus, memoryMiB, gpus }
}

/** The less of both; nothing where more is held than there is, since a quota or a pool was made smaller. */
function within(a: Room, b: Room): Room {
  const least = (of: keyof Room) => Math.max(0, Math.min(a[of], b[of]))
  return { vcpus: least('vcpus'), memoryMiB: least('memoryMiB'), gpus: least('gpus') }
}
