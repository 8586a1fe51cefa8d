import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'
import { describeSqliteError } from '#adapters/local/sqlite-error.ts'
import { prepareSchema } from '#adapters/local/sqlite-schema.ts'

/** A write that waits for its batch: run within the transaction, it gives what is to be done once that is durable. */
interface Pending {
  readonly write: () => () => void
  readonly reject: (reason: unknown) => void
}

/** Bounds how long one transaction holds the event loop: some 10 ms. */
const maxBatch = 500

/** A limit that is bound. SQLite prepares a statement anew whenever a parameter is bound that is the limit by itself. */
export const limited = 'LIMIT ? + 0'

/** Waits for another process (one that reads, or `sqlite3` in a shell) before it gives up. */
const busyTimeoutMs = 5_000

/**
 * One SQLite file: reads at once, writes in groups. Writes asked for in one turn of the event loop share a transaction
 * and its one sync of the disk; each sees those before it. A transaction begins and ends within one call, so a read
 * never sees what is not durable.
 */
export class SqliteFile {
  readonly path: string
  readonly readOnly: boolean
  readonly #db: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  #pending: Pending[] = []

  /** Opens the file, which is made when it is absent. @throws when it can't be used; the message says why. */
  constructor(path: string, options: { readonly readOnly: boolean }) {
    this.path = path
    this.readOnly = options.readOnly
    try {
      if (!options.readOnly) mkdirSync(dirname(path), { recursive: true })
      this.#db = new DatabaseSync(path, { readOnly: options.readOnly, timeout: busyTimeoutMs })
    } catch (error) {
      throw describeSqliteError(error, path)
    }
    try {
      prepareSchema(this.#db, path, options.readOnly)
      this.#db.exec('PRAGMA synchronous = FULL')
      this.#begin = this.#db.prepare('BEGIN IMMEDIATE')
      this.#commit = this.#db.prepare('COMMIT')
    } catch (error) {
      this.#db.close()
      throw describeSqliteError(error, path)
    }
  }

  /** A statement for {@link read} or {@link write}, compiled once. @throws when the file's tables are not as they should be. */
  prepare(sql: string): StatementSync {
    try {
      return this.#db.prepare(sql)
    } catch (error) {
      throw describeSqliteError(error, this.path)
    }
  }

  /** What `read` finds; it must not write. */
  async read<T>(read: () => T): Promise<T> {
    this.assertOpen()
    try {
      return read()
    } catch (error) {
      throw describeSqliteError(error, this.path)
    }
  }

  /** Runs `write` in the next transaction, and `durable` with what it gave once that is durable; then resolves. */
  async write<T>(write: () => T, durable: (value: T) => void = () => undefined): Promise<T> {
    this.assertOpen()
    if (this.readOnly) throw new Error(`${this.path} was opened for reading only`)
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush())
      this.#pending.push({
        write: () => {
          const value = write()
          return () => {
            durable(value)
            resolve(value)
          }
        },
        reject,
      })
    })
  }

  /** Makes durable what was asked for, then closes the file. Reads and writes that come later are rejected. */
  close(): void {
    while (this.#pending.length > 0) this.#flush()
    if (this.#db.isOpen) this.#db.close()
  }

  #flush(): void {
    const batch = this.#pending.slice(0, maxBatch)
    this.#pending = this.#pending.slice(maxBatch)
    if (batch.length === 0) return
    if (this.#pending.length > 0) setImmediate(() => this.#flush())
    try {
      this.#begin.run()
      const settle = batch.map(({ write }) => write())
      this.#commit.run()
      for (const resolve of settle) resolve()
    } catch (error) {
      // SQLite ends the transaction by itself on some errors.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      for (const { reject } of batch) reject(describeSqliteError(error, this.path))
    }
  }

  /** @throws when it is closed. */
  assertOpen(): void {
    if (!this.#db.isOpen) throw new Error(`${this.path} is closed`)
  }
}
