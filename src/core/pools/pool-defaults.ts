import { emulated, type EmulatedPool, spotReclaimsPerHour } from '#core/pools/emulation.ts'
import type { Pool, Price, Room } from '#core/pools/pool.ts'
import { unreachable } from '#core/unreachable.ts'

/** Tier, accelerator and purchase of a pool. */
export type PoolClass = Pick<Pool, 'tier' | 'accelerator' | 'purchase'>

const tiers = ['hot', 'warm', 'cold'] as const
const startDelayS = { hot: 0, warm: 0.5, cold: 2 } as const

/**
 * A c7i.large in us-east-1 is 0.0892 USD an hour for 2 vCPUs and 4 GiB, split here so that memory weighs about as it
 * does between the c, m and r families. The GPU is what a g4dn.xlarge costs beyond its vCPUs and memory.
 */
const onDemandPrice: Price = { usdPerVcpuHour: 0.0356, usdPerGiBHour: 0.0045, usdPerGpuHour: 0.31 }
/** 0.4 of it. */
const spotPrice: Price = { usdPerVcpuHour: 0.0142, usdPerGiBHour: 0.0018, usdPerGpuHour: 0.124 }

/** The class that an id names, such as `warm-cpu` or `cold-gpu-spot`; `undefined` when it names none. */
export function classOf(id: string): PoolClass | undefined {
  const [, tier, accelerator, spot] = /^(hot|warm|cold)-(cpu|gpu)(-spot)?$/.exec(id) ?? []
  if (tier === undefined || accelerator === undefined) return undefined
  return {
    tier: tier as PoolClass['tier'],
    accelerator: accelerator as PoolClass['accelerator'],
    purchase: spot === undefined ? 'on-demand' : 'spot',
  }
}

/**
 * A pool of a class on a machine: hot is small (1 vCPU, 2 from 4 on), warm is half of the machine but at least 2 vCPUs,
 * cold is all of it; memory in proportion. It spills nowhere.
 */
export function defaultPool(id: string, poolClass: PoolClass, machine: Room): EmulatedPool {
  const spot = poolClass.purchase === 'spot'
  const vcpus = Math.min(machine.vcpus, vcpusOf(poolClass.tier, machine.vcpus))
  return emulated(
    {
      id,
      ...poolClass,
      vcpus,
      memoryMiB: Math.floor((machine.memoryMiB * vcpus) / machine.vcpus),
      gpus: poolClass.accelerator === 'gpu' ? machine.gpus : 0,
      price: spot ? spotPrice : onDemandPrice,
      spillsTo: [],
    },
    { kind: 'fixed', seconds: startDelayS[poolClass.tier] },
    spot ? { kind: 'rate', perHour: spotReclaimsPerHour } : { kind: 'never' },
  )
}

/** The pools of a machine on which nothing was configured: hot, warm and cold, and spot twins of warm and cold. */
export function defaultPools(machine: Room): readonly EmulatedPool[] {
  const pools = ['hot-cpu', 'warm-cpu', 'cold-cpu', 'warm-cpu-spot', 'cold-cpu-spot'].map((id) =>
    defaultPool(id, classOf(id) as PoolClass, machine),
  )
  return pools.map(({ pool, ...rest }) => ({ ...rest, pool: { ...pool, spillsTo: colderThan(pool, pools) } }))
}

/** Ids of the pools of the same accelerator and purchase that are colder, warmest first. */
export function colderThan(than: PoolClass, pools: readonly EmulatedPool[]): readonly string[] {
  const heat = (pool: PoolClass) => tiers.indexOf(pool.tier)
  return pools
    .map(({ pool }) => pool)
    .filter((pool) => pool.accelerator === than.accelerator && pool.purchase === than.purchase)
    .filter((pool) => heat(pool) > heat(than))
    .toSorted((a, b) => heat(a) - heat(b))
    .map((pool) => pool.id)
}

function vcpusOf(tier: PoolClass['tier'], machineVcpus: number): number {
  switch (tier) {
    case 'hot':
      return machineVcpus >= 4 ? 2 : 1
    case 'warm':
      return Math.max(2, Math.ceil(machineVcpus / 2))
    case 'cold':
      return machineVcpus
    default:
      return unreachable(tier)
  }
}
