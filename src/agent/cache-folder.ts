import { lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** What was begun so long ago was left by a process that ended before it was done. */
const abandonedMs = 60 * 60_000

/** Where entries are before they are whole. */
export const partialFolder = 'partial'

/** A file of a cache. */
export interface CacheEntry {
  readonly path: string
  readonly bytes: number
  /** When it was used last. */
  readonly usedAtMs: number
}

/**
 * Looks through the folder of a cache, least recently used first, and removes what crashes have left in it. What others remove
 * meanwhile is not listed. Some 5 µs an entry; others have their turn between folders.
 */
export async function cacheEntries(folder: string, nowMs: number): Promise<readonly CacheEntry[]> {
  const entries: CacheEntry[] = []
  for (const shard of listed(folder)) {
    for (const name of listed(join(folder, shard))) {
      const path = join(folder, shard, name)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats === undefined) continue
      const entry = { path, bytes: stats.size, usedAtMs: stats.mtimeMs }
      if (shard !== partialFolder) entries.push(entry)
      else if (entry.usedAtMs < nowMs - abandonedMs) await rm(path, { recursive: true, force: true })
    }
    await nextTurn()
  }
  return entries.sort((a, b) => a.usedAtMs - b.usedAtMs)
}

/** Removes least recently used entries until so many bytes are free; how many are. */
export async function evict(entries: readonly CacheEntry[], bytes: number): Promise<number> {
  let freed = 0
  for (const entry of entries) {
    if (freed >= bytes) break
    await rm(entry.path, { recursive: true, force: true })
    freed += entry.bytes
  }
  return freed
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
