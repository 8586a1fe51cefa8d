import type { BatchClient } from '@aws-sdk/client-batch'
import { batchLaunches, batchTokens, type LaunchDeps } from '#account/batch-launch.ts'
import { kept } from '#account/kept.ts'
import { LateHeld } from '#account/late-held.ts'
import { BatchPace } from '#adapters/aws/batch-pace.ts'
import { type BatchPool, createBatchPools } from '#adapters/aws/batch-pools.ts'
import { slotsWithJobs } from '#adapters/aws/batch-slots-with-jobs.ts'
import type { PoolParameter } from '#contract/deployment.ts'
import { dispatchQueue } from '#contract/queues.ts'
import { canonicalHash } from '#core/hash.ts'
import type { DescribedPool } from '#core/market/described-pool.ts'
import type { MarketView } from '#core/market/market-view.ts'
import { poolsOf } from '#core/market/pools-of.ts'
import type { Pool, Room } from '#core/pools/pool.ts'
import type { Clock } from '#ports/clock.ts'
import type { CloneTokens } from '#ports/clone-tokens.ts'
import type { Pools } from '#ports/pools.ts'

/** How long pools are taken to be as they were read. */
const poolsMs = 60_000
/**
 * How long the list of jobs is taken to be as it was read, beside those that were started since: a dispatch looks many times. Shorter than
 * a request for one takes to arrive: what has ended before it was asked for is seen to have.
 */
const heldMs = dispatchQueue.delayS * 900
/** SubmitJob of one account and region (AWS Batch quotas). */
const submitsPerS = 50

export interface AccountPoolsOptions extends Omit<LaunchDeps, 'sharesIn'> {
  readonly client: BatchClient
  readonly clock: Clock
  /** Reads what the deployment's stack says of its pools. */
  readonly read: () => Promise<readonly PoolParameter[]>
  /** What is known of the market of these instance types; asked for with the parameters. */
  readonly view: (instanceTypes: readonly string[]) => Promise<MarketView>
  /** Asked for when the first job is submitted. */
  readonly tokens: () => Promise<CloneTokens>
  /** What all pools together may hold; `undefined`: as much as they do one by one. */
  readonly vcpus: number | undefined
  /** Told when pools could not be read again, and those read before are taken. */
  readonly onError: (error: unknown) => void
}

/** What pools follow from. */
interface PoolsNow {
  readonly said: readonly PoolParameter[]
  readonly view: MarketView
}

/** The pools of a deployment: queues of AWS Batch, by its parameters, read each minute, and by what is known of the market. */
export function accountPools(options: AccountPoolsOptions): Pools {
  const { client, clock, store, vcpus, onError } = options
  const pace = new BatchPace({ perS: submitsPerS })
  const nowMs = () => clock.nowMs()
  const late = new LateHeld({ store, nowMs })
  const read = async (): Promise<PoolsNow> => {
    const said = await options.read()
    const view = await options.view(said.flatMap(({ instanceTypes }) => instanceTypes))
    return { said, view }
  }
  const current = kept({ read, forMs: poolsMs, nowMs, onError })
  const listed = kept({ read: () => slotsWithJobs(store), forMs: heldMs, nowMs, onError })
  let opened: { readonly hash: string; readonly pools: Pools } | undefined

  /** The same ones as long as they are as they were, since they know what they have submitted. */
  async function now(): Promise<Pools> {
    const read = await current()
    const hash = canonicalHash(read)
    if (opened?.hash !== hash) opened = { hash, pools: open(read) }
    return opened.pools
  }

  function open({ said, view }: PoolsNow): Pools {
    const market = poolsOf(said.map(describedPool), view)
    const present = new Map(market.pools.map((pool) => [pool.id, pool]))
    const pools = said.map((parameter): BatchPool => {
      const { id, queue, platform, container } = parameter
      return { pool: present.get(id) ?? closed(parameter), queue, platform, container }
    })
    const sharing = new Set(said.flatMap(({ id, fairShare }) => (fairShare ? [id] : [])))
    const opened = createBatchPools({
      client,
      pools,
      total: bounded(market.total, vcpus),
      shared: market.shared,
      held: async () => late.and(await listed()),
      launchOf: batchLaunches({ ...options, sharesIn: (pool) => sharing.has(pool) }),
      tokenOf: batchTokens(clock, options.tokens),
      pace,
    })
    return { ...opened, describe: async () => market.pools }
  }

  return {
    describe: async () => (await now()).describe(),
    capacity: async () => (await now()).capacity(),
    names: async (clones) => (await now()).names(clones),
    submit: async (jobs) => {
      late.started(jobs)
      await (await now()).submit(jobs)
    },
    jobs: async (jobs) => (await now()).jobs(jobs),
    terminate: async (jobs, reason) => {
      if (jobs.length > 0) await (await now()).terminate(jobs, reason)
    },
  }
}

/** What pools share is no more than the account was told to have. */
function bounded({ vcpus, ...rest }: Room, most: number | undefined): Room {
  return { ...rest, vcpus: Math.min(vcpus, most ?? vcpus) }
}

function describedPool(said: PoolParameter): DescribedPool {
  const { queue: _queue, fairShare: _fairShare, container: _container, ...described } = said
  return described
}

/** A pool that the account can not have now takes no more jobs, but may still have some. */
function closed(said: PoolParameter): Pool {
  const none = { vcpus: 0, memoryMiB: 0, gpus: 0 }
  const platform = said.platform === 'EC2' ? ({ kind: 'EC2', hosts: [] } as const) : ({ kind: 'FARGATE' } as const)
  return { ...describedPool(said), ...none, platform, emulated: false }
}
