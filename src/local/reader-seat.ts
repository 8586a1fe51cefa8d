import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { liveRuns } from '#adapters/local/engine-lock.ts'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { stateDamaged } from '#adapters/local/sqlite-error.ts'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { runsPrefix } from '#contract/object-keys.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import type { Seat } from '#local/seat.ts'
import { stateFiles } from '#local/state-files.ts'
import { Definitions } from '#operations/definitions.ts'

/** How often a reader looks again. */
const pollMs = 200

export interface ReaderSeatOptions {
  readonly dir: string
  readonly pools: LocalPools
}

/** Reads beside an engine, or without one. A directory in which nothing was run yet has no runs, and is not made. */
export function readerSeat({ dir, pools }: ReaderSeatOptions): Seat {
  const { store: file, objects: objectsFolder } = stateFiles(dir)
  const runs = join(objectsFolder, runsPrefix)
  if (!existsSync(file) && existsSync(runs))
    throw stateDamaged(file, 'it is gone, and there are results of runs beside it')
  const sqlite = existsSync(file) ? openSqliteStore(file, { readOnly: true }) : undefined
  const objects = new FileObjects(dir)
  return {
    role: 'reader',
    reads: {
      store: sqlite ?? new MemoryStore(),
      objects,
      clock: createSystemClock(),
      definitions: new Definitions(objects),
      pools: { describe: async () => pools.pools.map(({ pool }) => pool) },
    },
    lives: () => true,
    live: () => liveRuns(dir),
    guests: () => [],
    news: () => wait(pollMs),
    capacity: async () => null,
    close: async () => sqlite?.close(),
  }
}
