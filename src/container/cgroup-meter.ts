import type { Meter } from '#agent/clone-job.ts'
import { readProcess } from '#agent/process-table.ts'
import { ownCgroup, type Cgroup } from './cgroup-files.ts'

const mebibyte = 1024 ** 2

/**
 * Counts by the control group of this process, if nobody else is in it: what it started in containers, an init beside it, no more.
 * `undefined` elsewhere.
 */
export function cgroupMeter(cgroup: Cgroup | undefined = ownCgroup()): Meter | undefined {
  if (cgroup === undefined || !cgroup.members().every(isOurs)) return undefined
  return meterOf(cgroup)
}

/**
 * CPU without the agent's own. Memory that can't be given back, at its greatest: the kernel keeps the peak with the file cache, which
 * fills all that there is, so the greatest cache that was seen is taken off; what was seen without cache is the least that it was.
 */
export function meterOf(cgroup: Cgroup): Meter {
  return {
    start: () => {
      const before = cgroup.read()
      const ownBefore = process.cpuUsage()
      let held = 0
      let cache = 0
      const sample = (): void => {
        const { usedBytes, cacheBytes } = cgroup.read()
        held = Math.max(held, usedBytes - cacheBytes)
        cache = Math.max(cache, cacheBytes)
      }
      sample()
      return {
        sample,
        stop: () => {
          sample()
          const after = cgroup.read()
          const { user, system } = process.cpuUsage(ownBefore)
          const cpuS = Math.max(0, after.cpuS - before.cpuS - (user + system) / 1e6)
          const peakMemoryMiB = Math.max(held, after.peakBytes - cache) / mebibyte
          const memoryKills = after.memoryKills - before.memoryKills
          return { usage: { basis: 'exact', cpuS, peakMemoryMiB }, memoryKills }
        },
      }
    },
  }
}

/** This process, or what it descends from. */
function isOurs(id: number): boolean {
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0; pid = readProcess(pid)?.parent) {
    if (pid === id) return true
  }
  return false
}
