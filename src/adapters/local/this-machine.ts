import { availableParallelism, totalmem } from 'node:os'
import type { Room } from '#core/pools/pool.ts'

/** Left to the engine, the system and whatever else runs here. */
const memoryShare = 0.75

/**
 * What clones may use of this machine: the processors that this process may run on and three quarters of its memory,
 * both as far as a container lets it. No GPUs: those are for a configuration to name.
 */
export function thisMachine(): Room {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  return { vcpus: availableParallelism(), memoryMiB: Math.floor((bytes * memoryShare) / 1024 ** 2), gpus: 0 }
}
