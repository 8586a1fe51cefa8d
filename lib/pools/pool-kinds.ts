import type { PoolParameter } from '#contract/deployment.ts'

/** A pool as it is to be made: all of its parameter that does not come of a deployed resource. */
export type PoolKind = Omit<PoolParameter, 'queue' | 'fairShare' | 'container'>

/** Tiers from the one that starts soonest. A queue of EC2 takes the environments of its own tier and of those after it. */
export const tiers = ['hot', 'warm', 'cold'] as const
export type Tier = (typeof tiers)[number]

export type Accelerator = PoolParameter['accelerator']
export type Purchase = PoolParameter['purchase']

/** The most vCPUs that each tier holds at once. Cold: what the account's quota may come to. */
export type TierSizes = Readonly<Record<Tier, number>>

export const usualVcpus: Readonly<Record<Accelerator, TierSizes>> = {
  cpu: { hot: 16, warm: 64, cold: 256 },
  gpu: { hot: 8, warm: 16, cold: 64 },
}

/** The most that Fargate is asked for at once, on-demand and Spot each. */
export const usualFargateVcpus = 64

/** Families of one price a vCPU, several so that spot finds capacity somewhere. All x86, as most images are. */
const families: Readonly<Record<Accelerator, readonly string[]>> = {
  cpu: ['c7i', 'c6i', 'm7i', 'm6i', 'r7i', 'r6i'],
  gpu: ['g4dn', 'g5', 'g6'],
}

/** Between the families that are asked for: 2, 4 and 8 GiB on CPU, 4 on GPU. */
const memoryMiBPerVcpu = 4096
const vcpusPerGpu = 4

/**
 * What counts until a pool has a history: seconds from submission to the first second of a clone (users of AWS Batch tell of 4 to 10
 * minutes for a new host, 45 to 90 s for Fargate).
 */
const startDelayS: Readonly<Record<Tier | 'fargate', number>> = { hot: 10, warm: 30, cold: 240, fargate: 60 }

/** On-demand in us-east-1: a c7i.large, the GPU of a g4dn.xlarge, Fargate; and what Spot usually takes of it. */
const ec2Price = { usdPerVcpuHour: 0.0356, usdPerGiBHour: 0.0045 }
const usdPerGpuHour = 0.31
const fargatePrice = { usdPerVcpuHour: 0.04048, usdPerGiBHour: 0.004445 }
const spotShare = 0.4
const spotReclaimsPerHour = 0.05

/** The pools of EC2 of one accelerator and purchase, one a tier. */
export function ec2Kinds(accelerator: Accelerator, purchase: Purchase, sizes: TierSizes): readonly PoolKind[] {
  const fargate = accelerator === 'cpu' ? [fargateName(purchase)] : []
  return tiers.map((tier, index) => ({
    id: poolName(tier, accelerator, purchase),
    tier,
    accelerator,
    purchase,
    platform: 'EC2',
    vcpus: sizes[tier],
    memoryMiB: sizes[tier] * memoryMiBPerVcpu,
    gpus: accelerator === 'gpu' ? Math.floor(sizes[tier] / vcpusPerGpu) : 0,
    startDelayS: startDelayS[tier],
    price: priced({ ...ec2Price, usdPerGpuHour: accelerator === 'gpu' ? usdPerGpuHour : 0 }, purchase),
    reclaimsPerHour: purchase === 'spot' ? spotReclaimsPerHour : 0,
    spillsTo: [...tiers.slice(index + 1).map((colder) => poolName(colder, accelerator, purchase)), ...fargate],
    instanceTypes: [...families[accelerator]],
  }))
}

/** The pool of Fargate of a purchase. It keeps nothing, so each clone starts cold. */
export function fargateKind(purchase: Purchase, vcpus: number): PoolKind {
  return {
    id: fargateName(purchase),
    tier: 'cold',
    accelerator: 'cpu',
    purchase,
    platform: 'FARGATE',
    vcpus,
    memoryMiB: vcpus * memoryMiBPerVcpu,
    gpus: 0,
    startDelayS: startDelayS.fargate,
    price: priced({ ...fargatePrice, usdPerGpuHour: 0 }, purchase),
    reclaimsPerHour: purchase === 'spot' ? spotReclaimsPerHour : 0,
    spillsTo: [],
    instanceTypes: [],
  }
}

/** What a pool that exists is taken for by its name alone, such as `warm-cpu-spot` or `fargate-cpu`; `undefined`: it says nothing. */
export function kindByName(id: string): PoolKind | undefined {
  const all = (['on-demand', 'spot'] as const).flatMap((purchase) => [
    ...ec2Kinds('cpu', purchase, usualVcpus.cpu),
    ...ec2Kinds('gpu', purchase, usualVcpus.gpu),
    fargateKind(purchase, usualFargateVcpus),
  ])
  return all.find((kind) => kind.id === id)
}

function poolName(tier: Tier, accelerator: Accelerator, purchase: Purchase): string {
  return `${tier}-${accelerator}${purchase === 'spot' ? '-spot' : ''}`
}

function fargateName(purchase: Purchase): string {
  return `fargate-cpu${purchase === 'spot' ? '-spot' : ''}`
}

function priced(price: PoolKind['price'], purchase: Purchase): PoolKind['price'] {
  if (purchase === 'on-demand') return price
  const cheap = (usd: number) => Math.round(usd * spotShare * 1e6) / 1e6
  return {
    usdPerVcpuHour: cheap(price.usdPerVcpuHour),
    usdPerGiBHour: cheap(price.usdPerGiBHour),
    usdPerGpuHour: cheap(price.usdPerGpuHour),
  }
}
