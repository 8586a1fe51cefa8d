import type { LocalPools } from '#core/pools/emulation.ts'
import { defaultPools } from '#core/pools/pool-defaults.ts'
import type { Room } from '#core/pools/pool.ts'

/** The pools of a machine without a file. */
export function defaultLocalPools(machine: Room): LocalPools {
  return { machine, pools: defaultPools(machine), timeScale: 1, seed: null }
}
