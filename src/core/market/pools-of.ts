import type { DescribedPool } from '#core/market/described-pool.ts'
import { hostRoom, type InstanceType, isNamed, largestHosts, plainNames } from '#core/market/instance-type.ts'
import { marketPrice } from '#core/market/market-price.ts'
import type { MarketView } from '#core/market/market-view.ts'
import { type QuotaName, quotaOf, quotas, quotaWords } from '#core/market/quota.ts'
import { typesByName } from '#core/market/types-by-name.ts'
import type { Platform, Pool, Room, SharedRoom } from '#core/pools/pool.ts'
import { giveBack } from '#core/pools/room.ts'

/** A pool that the account can not have now, and why, in words. */
export interface AbsentPool {
  readonly id: string
  readonly reason: string
}

/** The pools of an account. */
export interface MarketPools {
  readonly pools: readonly Pool[]
  readonly absent: readonly AbsentPool[]
  /** What pools may hold that share quotas, where that is less than they could hold one by one. */
  readonly shared: readonly SharedRoom[]
  /** What all pools may hold together. */
  readonly total: Room
  /** What is not as AWS tells it now, in words. */
  readonly notes: readonly string[]
}

/** The least that a clone takes on Fargate. */
const leastFargateVcpus = 0.25

/**
 * The pools that an account can have of those described: no larger than its quotas, on hosts that fit into them, with the prices and
 * reclaims of its market. O(pools · types²).
 */
export function poolsOf(described: readonly DescribedPool[], view: MarketView): MarketPools {
  const bounds = described.map((pool) => ({
    pool,
    bound: pool.platform === 'EC2' ? ec2Bound(pool, view) : fargateBound(pool, view),
  }))
  const present = bounds.flatMap(({ pool, bound }) => ('reason' in bound ? [] : [{ pool, bound }]))
  const ids = new Set(present.map(({ pool }) => pool.id))
  const made = present.map(({ pool, bound }) => {
    const { value, note } = marketPrice(pool, bound.types, view)
    const { platform: _kind, instanceTypes: _types, ...rest } = pool
    const spillsTo = pool.spillsTo.filter((id) => ids.has(id))
    return {
      pool: { ...rest, ...bound.room, ...value, platform: bound.platform, spillsTo, emulated: false },
      bound,
      note,
    }
  })
  const groups = groupsOf(made, view)
  return {
    pools: made.map(({ pool }) => pool),
    absent: bounds.flatMap(({ pool: { id }, bound }) => ('reason' in bound ? [{ id, reason: bound.reason }] : [])),
    shared: groups.filter(({ isShort }) => isShort).map(({ pools, room }) => ({ pools, room })),
    total: groups.reduce((total, { room }) => giveBack(room, total), { vcpus: 0, memoryMiB: 0, gpus: 0 }),
    notes: [
      ...viewNotes(
        described,
        made.map(({ bound }) => bound),
        view,
      ),
      ...made.flatMap(({ pool, note }) => (note === null ? [] : [`${pool.id}: ${note}`])),
    ],
  }
}

/** What a pool may be, and what it shares its quotas by. */
interface Bound {
  readonly platform: Platform
  readonly room: Room
  readonly types: readonly InstanceType[]
  /** Empty: no quota that is looked at bounds it. */
  readonly shared: readonly QuotaName[]
}

/** A pool that the account can have. */
interface Made {
  readonly pool: Pool
  readonly bound: Bound
}

type Bounded = Bound | { readonly reason: string }

function ec2Bound(pool: DescribedPool, { instanceTypes, quotas: told }: MarketView): Bounded {
  const names = plainNames(pool.instanceTypes)
  const known = instanceTypes?.value.filter(({ type }) => isNamed(type, names)) ?? typesByName(names)
  const types = known.filter(({ gpus }) => gpus > 0 === (pool.accelerator === 'gpu'))
  if (types.length === 0) {
    return {
      reason: `the region has none of ${pool.instanceTypes.join(', ') || 'no instance types'} ${pool.accelerator === 'gpu' ? 'with' : 'without'} GPUs`,
    }
  }
  const limit = ({ type }: InstanceType): number => valueOf(quotaOf(type, pool.purchase), told)
  const able = types.filter((type) => type.vcpus <= limit(type))
  const shared = [...new Set(able.flatMap(({ type }) => quotaOf(type, pool.purchase) ?? []))]
  if (able.length === 0) return { reason: tooSmall(types, pool.purchase, told) }
  const isOpen = able.some(({ type }) => quotaOf(type, pool.purchase) === undefined)
  const quota = isOpen ? Infinity : shared.reduce((sum, name) => sum + valueOf(name, told), 0)
  const vcpus = Math.min(pool.vcpus, quota)
  const rooms = able.map(hostRoom)
  const most = (of: 'memoryMiB' | 'gpus'): number => Math.max(...rooms.map((room) => room[of] / room.vcpus))
  const room = {
    vcpus,
    memoryMiB: Math.min(pool.memoryMiB, Math.floor(vcpus * most('memoryMiB'))),
    gpus: Math.min(pool.gpus, Math.floor(vcpus * most('gpus'))),
  }
  return { platform: { kind: 'EC2', hosts: largestHosts(rooms) }, room, types: able, shared: isOpen ? [] : shared }
}

function fargateBound({ purchase, vcpus, memoryMiB, gpus }: DescribedPool, { quotas: told }: MarketView): Bounded {
  const name = `fargate ${purchase}` as const
  const quota = valueOf(name, told)
  if (quota < leastFargateVcpus) return { reason: askForMore(name, quota) }
  return {
    platform: { kind: 'FARGATE' },
    room: { vcpus: Math.min(vcpus, quota), memoryMiB, gpus },
    types: [],
    shared: [name],
  }
}

/** The value of a quota; nobody told it: no bound. */
function valueOf(name: QuotaName | undefined, told: MarketView['quotas']): number {
  return (name === undefined ? undefined : told?.value[name]) ?? Infinity
}

/** Why no instance of a pool may be launched: the quota that its smallest counts against. */
function tooSmall(types: readonly InstanceType[], purchase: Pool['purchase'], told: MarketView['quotas']): string {
  const [smallest] = types.toSorted((a, b) => a.vcpus - b.vcpus) as [InstanceType]
  const name = quotaOf(smallest.type, purchase) as QuotaName
  const value = valueOf(name, told)
  const why = askForMore(name, value)
  return value === 0 ? why : `${why}: its smallest instance, ${smallest.type}, has ${smallest.vcpus} vCPUs`
}

function askForMore(name: QuotaName, value: number): string {
  return `${quotaWords(name, value)}, and more can be asked for in Service Quotas`
}

/** Pools that count against the same quotas, and what they may hold together: of memory and GPUs what they have. */
function groupsOf(all: readonly Made[], view: MarketView): readonly (SharedRoom & { readonly isShort: boolean })[] {
  const groups = Map.groupBy(all, ({ bound }) => bound.shared.join(', '))
  return [...groups.values()].map((group) => {
    const sum = (of: keyof Room): number => group.reduce((left, { pool }) => left + pool[of], 0)
    const [{ bound }] = group as [Made]
    const names = bound.shared
    const quota = names.length === 0 ? Infinity : names.reduce((left, name) => left + valueOf(name, view.quotas), 0)
    const room = { vcpus: Math.min(quota, sum('vcpus')), memoryMiB: sum('memoryMiB'), gpus: sum('gpus') }
    return { pools: group.map(({ pool }) => pool.id), room, isShort: quota < sum('vcpus') }
  })
}

function viewNotes(described: readonly DescribedPool[], bounds: readonly Bound[], view: MarketView): readonly string[] {
  const names = new Set(bounds.flatMap(({ shared }) => shared))
  const untold = [...names].filter((name) => view.quotas?.value[name] === undefined)
  const notes = untold.map(
    (name) => `no quota of ${quotas[name].title} is known: pools are as large as their stack says`,
  )
  const byName = view.instanceTypes === null && described.some(({ platform }) => platform === 'EC2')
  return byName ? [...notes, 'sizes of instances go by their names: EC2 has not told them'] : notes
}
