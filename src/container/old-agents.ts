import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Several deployments may share a host, and two versions of one do for a while. */
const kept = 3

/**
 * Removes agents of other versions from a host's cache, and what was left beside them: all but the newest files. Whoever reads one holds it
 * open. What is no file, or another user's, stays.
 */
export function removeOldAgents(folder: string): void {
  const files = listed(folder).map((name) => join(folder, name))
  const aged = files.map((file) => ({ file, atMs: lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  for (const { file } of aged.toSorted((a, b) => b.atMs - a.atMs).slice(kept)) {
    try {
      rmSync(file, { force: true })
    } catch {
      // It is in nobody's way.
    }
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
