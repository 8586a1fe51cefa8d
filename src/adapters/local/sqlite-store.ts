import { SqliteFile } from '#adapters/local/sqlite-file.ts'
import { SqliteHistory } from '#adapters/local/sqlite-history.ts'
import { SqliteLog } from '#adapters/local/sqlite-log.ts'
import { SqliteRows } from '#adapters/local/sqlite-rows.ts'
import type { Store } from '#ports/store.ts'

/** A store that holds a file open. */
export interface SqliteStore extends Store {
  /** Makes durable what was asked for, then closes the file. */
  close(): void
}

/**
 * The store in one SQLite file, for one engine at a time; it is made, with its folder, when it is absent. With
 * `readOnly` it must exist, and is read while an engine in another process writes. @throws when the file can't be
 * used: damaged, another program's, a newer version's; the message names it and says what to do.
 */
export function openSqliteStore(path: string, options: { readonly readOnly?: boolean } = {}): SqliteStore {
  const file = new SqliteFile(path, { readOnly: options.readOnly ?? false })
  try {
    return {
      rows: new SqliteRows(file),
      log: new SqliteLog(file),
      history: new SqliteHistory(file),
      close: () => file.close(),
    }
  } catch (error) {
    file.close()
    throw error
  }
}
