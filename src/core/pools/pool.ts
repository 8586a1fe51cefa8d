/** A pool: a tier on an accelerator class and a purchase. Sizes are what the pool may hold at once. */
export interface Pool {
  readonly id: string
  readonly tier: 'hot' | 'warm' | 'cold'
  readonly accelerator: 'cpu' | 'gpu'
  readonly purchase: 'on-demand' | 'spot'
  readonly platform: Platform
  readonly vcpus: number
  readonly memoryMiB: number
  readonly gpus: number
  /** Typical time from submission to the first second of a clone. */
  readonly startDelayS: number
  readonly price: Price
  /** Expected reclaims of one running clone per hour; 0 for on-demand. */
  readonly reclaimsPerHour: number
  /** Pools that take what this one has no room for, in order. */
  readonly spillsTo: readonly string[]
  /** Whether start delay, price and reclaims are made up by this machine rather than an account. */
  readonly emulated: boolean
}

/** What runs the clones of a pool, and so what sizes they have. */
export type Platform =
  /** Processes of this machine: any size. */
  | { readonly kind: 'machine' }
  /** Containers on instances: whole vCPUs, at most one host. `hosts` are the largest: none holds as much as another in all. */
  | { readonly kind: 'EC2'; readonly hosts: readonly Room[] }
  /** Containers of a size that Fargate has. */
  | { readonly kind: 'FARGATE' }

/** What a pool asks for an hour of each. */
export interface Price {
  readonly usdPerVcpuHour: number
  readonly usdPerGiBHour: number
  readonly usdPerGpuHour: number
}

/** What is free at one moment, in a pool and in what pools draw on together. */
export interface Room {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly gpus: number
}

/** Room of every pool now, and of the one machine or account quota behind them all. */
export interface Capacity {
  readonly pools: Readonly<Record<string, Room>>
  readonly total: Room
  /** What some pools draw on together, such as one quota for all tiers. @default - nothing */
  readonly shared?: readonly SharedRoom[]
}

/** Room that pools have together; none of them has more alone. */
export interface SharedRoom {
  readonly pools: readonly string[]
  readonly room: Room
}
