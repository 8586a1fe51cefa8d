import { MemoryHistory } from '#adapters/memory/memory-history.ts'
import { MemoryLog } from '#adapters/memory/memory-log.ts'
import { MemoryRows } from '#adapters/memory/memory-rows.ts'
import type { EventLog, History, Rows, Store } from '#ports/store.ts'

/** A store in memory: gone with the process. Whatever it gives back is frozen. */
export class MemoryStore implements Store {
  readonly rows: Rows
  readonly log: EventLog
  readonly history: History = new MemoryHistory()

  constructor() {
    const log = new MemoryLog()
    this.log = log
    this.rows = new MemoryRows(log)
  }
}
