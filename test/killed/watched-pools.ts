import {
  createEmulatedPools as create,
  type EmulatedPools,
  type EmulatedPoolsOptions,
} from '#adapters/local/pools/emulated-pools.ts'
import { slowEffect } from './cut-points.ts'

/** The pools of the product; that a job was submitted is an effect. */
export function createEmulatedPools(options: EmulatedPoolsOptions): EmulatedPools {
  const pools = create(options)
  return {
    ...pools,
    submit: (jobs) => slowEffect(`submit ${jobs.map(({ job }) => job).join(' ')}`, () => pools.submit(jobs)),
  }
}
