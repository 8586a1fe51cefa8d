import type { BatchClient } from '@aws-sdk/client-batch'
import { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import { BatchPace } from '#adapters/aws/batch-pace.ts'
import {
  type BatchLaunch,
  BatchSubmissions,
  type BatchTarget,
  outerLimitS,
  type TokenOf,
} from '#adapters/aws/batch-submissions.ts'
import { type Together, together } from '#adapters/aws/batch-together.ts'
import { Turns } from '#adapters/aws/turns.ts'
import { namesOf } from '#core/dispatch/array-groups.ts'
import { inLanes } from '#core/in-lanes.ts'
import type { Capacity, Pool, Room, SharedRoom } from '#core/pools/pool.ts'
import { take } from '#core/pools/room.ts'
import { givenOn, sizeOn } from '#core/pools/size.ts'
import { maxAskedJobs, type JobRequest, type JobState, type PlacedClone, type Pools } from '#ports/pools.ts'

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
  readonly launchOf: (clone: PlacedClone) => Promise<BatchLaunch>
  readonly tokenOf: TokenOf
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
/**
 * What an array may have: 10,000 members by Batch, and who they are in so many letters that, once in the environment of its containers and
 * once more in their token, they are no more than the 8,192 that overrides may have.
 */
const arrayBounds = { members: 10_000, letters: 2_500 }

/**
 * Pools that are queues of AWS Batch. Clones whose jobs would differ in nothing but whose they are get names of one array, and are
 * submitted by one call. A submission that was not answered is found again rather than repeated. A job that lives is
 * adopted as far as this process knows of it: between processes, only one submits at a time, what it has written as starting, once.
 */
export function createBatchPools(options: BatchPoolsOptions): Pools {
  const { client, total, shared = [], held, launchOf, tokenOf, pace = new BatchPace({ perS: submitsPerS }) } = options
  const pools = new Map(options.pools.map((entry) => [entry.pool.id, entry]))
  const jobs = new BatchJobs(
    client,
    options.pools.map(({ queue }) => queue),
  )
  const submissions = new BatchSubmissions(client, jobs, pace, tokenOf)
  const turns = new Turns()

  return {
    describe: async () => options.pools.map(({ pool }) => pool),
    capacity: async () => capacityOf(options.pools, { total, shared }, await held()),
    names: async (clones) => {
      const shapes = await Promise.all(clones.map(shapeOf))
      return namesOf(
        clones.map(({ slot }, at) => ({ slot, shape: shapes[at] })),
        arrayBounds,
      )
    },
    submit: async (requests) => {
      const targets = together(requests).map((one) => [one, targetOf(one.like)] as const)
      await inLanes(targets, lanes, ([one, target]) => turns.take([one.name], () => submitOne(one, target)))
    },
    jobs: async (names) => {
      if (names.length > maxAskedJobs)
        throw new RangeError(`${names.length} jobs were asked about: ${maxAskedJobs} at once`)
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

  /** All that the submissions of two clones have to have in common. What can't be submitted is told by its submission alone. */
  async function shapeOf(clone: PlacedClone): Promise<string | undefined> {
    const { pool, resources, timeoutS } = clone
    const target = pools.get(pool)
    const size = target && sizeOn(target.platform, resources)
    if (size?.ok !== true) return undefined
    const { vcpus, memoryMiB, gpus } = size.value
    try {
      const limitS = timeoutS === null ? null : outerLimitS(timeoutS)
      return JSON.stringify([pool, vcpus, memoryMiB, gpus, limitS, await launchOf(clone)])
    } catch {
      return undefined
    }
  }

  async function submitOne(one: Together, target: BatchTarget): Promise<void> {
    const met = await jobs.met(one.jobs)
    if (met.some(({ ended }) => ended === null)) return
    const { id, isSole } = await submissions.submit(one, await launchOf(one.like), target)
    jobs.meet(one.name, isSole ? id : null)
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
