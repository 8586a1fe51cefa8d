import type { Platform, Pool } from '#core/pools/pool.ts'

/** A pool as its stack describes it: its size, price, start delay and reclaims hold where nobody knows better. */
export interface DescribedPool extends Omit<Pool, 'platform' | 'emulated'> {
  readonly platform: Exclude<Platform['kind'], 'machine'>
  /** What its environments may launch; nothing on Fargate. */
  readonly instanceTypes: readonly string[]
}
