import { readdirSync, readFileSync } from 'node:fs'

/** Processes alive whose environment names the run, as every command of a clone and its children does (Linux). */
export function processesOf(run: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`FORKCAST_RUN_ID=${run}`)
    } catch {
      return false
    }
  })
}
