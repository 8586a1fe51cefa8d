import type { StatementSync } from 'node:sqlite'
import { RowCache } from '#adapters/local/row-cache.ts'
import { sealOf, unseal } from '#adapters/local/sealed-text.ts'
import { sparseColumns, type SparseColumns } from '#adapters/local/sparse-columns.ts'
import { limited, type SqliteFile } from '#adapters/local/sqlite-file.ts'
import { assertCommit } from '#adapters/store/commit-rules.ts'
import { cursorNumber, cursorOf, cursorParts } from '#adapters/store/cursor.ts'
import { pageOf, rowsForPage, wholeLimit } from '#adapters/store/page.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change, Kind, Records, Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Check, Conflict, Page, Rows } from '#ports/store.ts'

/** A row as the table holds it. */
interface RowText {
  readonly run: string
  readonly id: string
  readonly version: number
  readonly value: string
  readonly sum: number
}

/** A change as text: what the caller does with its objects after the call has no effect. */
interface ChangeText {
  readonly kind: Kind
  readonly id: string
  readonly expected: number
  readonly value: string
  readonly columns: SparseColumns
  readonly events: readonly string[]
}

/** The rows of all runs in a SQLite file. Every list is a range of an index: O(log n + limit). */
export class SqliteRows implements Rows {
  readonly #file: SqliteFile
  /** Absent where another process writes. */
  readonly #cache: RowCache | undefined
  readonly #get: StatementSync
  readonly #list: StatementSync
  readonly #waiting: StatementSync
  readonly #busy: StatementSync
  readonly #runs: StatementSync
  readonly #active: StatementSync
  readonly #version: StatementSync
  readonly #put: StatementSync
  readonly #append: StatementSync

  constructor(file: SqliteFile) {
    this.#file = file
    this.#cache = file.readOnly ? undefined : new RowCache()
    this.#get = file.prepare('SELECT run, id, version, value, sum FROM rows WHERE run = ? AND kind = ? AND id = ?')
    this.#list = file.prepare(`SELECT run, id, version, value, sum FROM rows
      WHERE run = ? AND kind = ? AND id >= ? AND id < ? ORDER BY id ${limited}`)
    this.#waiting = file.prepare(`SELECT run, id, version, value, sum FROM rows WHERE rank IS NOT NULL
      AND EXISTS (SELECT 1 FROM rows AS of WHERE of.run = rows.run AND of.kind = 'run' AND of.id = 'run' AND of.active = 1)
      ORDER BY rank DESC, created_at_ms, id, run ${limited}`)
    this.#busy = file.prepare(`SELECT run, id, version, value, sum FROM rows
      WHERE busy = 1 AND (run, id) > (?, ?) ORDER BY run, id ${limited}`)
    this.#runs = file.prepare(`SELECT run, id, version, value, sum FROM rows
      WHERE tenant = ? AND (created_at_ms, run) < (?, ?) ORDER BY created_at_ms DESC, run DESC ${limited}`)
    this.#active = file.prepare(`SELECT run, id, version, value, sum FROM rows
      WHERE active = 1 AND run > ? ORDER BY run ${limited}`)
    this.#version = file.prepare('SELECT version FROM rows WHERE run = ? AND kind = ? AND id = ?')
    this.#put =
      file.prepare(`INSERT INTO rows (run, kind, id, version, value, tenant, active, created_at_ms, rank, busy,
      sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (run, kind, id) DO UPDATE SET version = excluded.version, value = excluded.value,
        tenant = excluded.tenant, active = excluded.active, created_at_ms = excluded.created_at_ms,
        rank = excluded.rank, busy = excluded.busy, sum = excluded.sum`)
    this.#append = file.prepare('INSERT INTO events (run, kind, id, version, event, sum) VALUES (?, ?, ?, ?, ?, ?)')
  }

  async get<K extends Kind>(run: RunId, kind: K, id: string): Promise<Stored<K> | undefined> {
    this.#file.assertOpen()
    const cached = this.#cache?.get(run, kind, id)
    if (cached !== undefined) return cached
    const row = await this.#file.read(() => this.#get.get(run, kind, id) as RowText | undefined)
    return row && this.#stored(kind, row)
  }

  async list<K extends Kind>(
    run: RunId,
    kind: K,
    { prefix = '', after, limit }: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<Page<Stored<K>>> {
    // `after` and NUL is the least id that follows `after`; no id has a character as great as U+10FFFF.
    const from = after === undefined || after < prefix ? prefix : `${after}\0`
    const rows = await this.#select(this.#list, run, kind, from, `${prefix}\u{10FFFF}`, rowsForPage(limit))
    return pageOf(
      rows,
      limit,
      (row) => this.#stored(kind, row),
      (row) => row.id,
    )
  }

  async commit(run: RunId, changes: readonly Change[], checks: readonly Check[] = []): Promise<Result<void, Conflict>> {
    assertCommit(changes, checks)
    const texts = changes.map(changeText)
    const write = (): Result<void, Conflict> => {
      const conflict =
        texts.find(({ kind, id, expected }) => this.#versionOf(run, kind, id) !== expected) ??
        checks.find(({ kind, id, version }) => this.#versionOf(run, kind, id) !== version)
      if (conflict !== undefined) return err({ kind: conflict.kind, id: conflict.id })
      for (const text of texts) this.#write(run, text)
      return ok(undefined)
    }
    return this.#file.write(write, (written) => {
      if (written.ok) {
        for (const { kind, id, expected, events, value } of texts) {
          this.#cache?.wrote(run, kind, id, expected + events.length, value)
        }
      } else this.#cache?.forget(run, written.error.kind, written.error.id)
    })
  }

  async waiting(limit: number): Promise<readonly Stored<'slot'>[]> {
    const rows = await this.#select(this.#waiting, wholeLimit(limit))
    return rows.map((row) => this.#stored('slot', row))
  }

  async busy({ after, limit }: { readonly after?: string; readonly limit: number }): Promise<Page<SlotRecord>> {
    const [run, id] = after === undefined ? ['', ''] : cursorParts(after)
    const rows = await this.#select(this.#busy, run, id, rowsForPage(limit))
    return pageOf(
      rows,
      limit,
      (row) => this.#stored('slot', row).value,
      (row) => cursorOf(row.run, row.id),
    )
  }

  async runs(
    tenant: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<RunRecord>> {
    const [createdAt, run] = after === undefined ? ['', ''] : cursorParts(after)
    const before = after === undefined ? Infinity : cursorNumber(createdAt)
    const rows = await this.#select(this.#runs, tenant, before, run, rowsForPage(limit))
    const records = rows.map((row) => this.#stored('run', row).value)
    return pageOf(
      records,
      limit,
      (record) => record,
      (record) => cursorOf(record.createdAtMs, record.id),
    )
  }

  async active({ after = '', limit }: { readonly after?: string; readonly limit: number }): Promise<Page<RunRecord>> {
    const rows = await this.#select(this.#active, after, rowsForPage(limit))
    return pageOf(
      rows,
      limit,
      (row) => this.#stored('run', row).value,
      (row) => row.run,
    )
  }

  async #select(statement: StatementSync, ...values: readonly (string | number)[]): Promise<readonly RowText[]> {
    return this.#file.read(() => statement.all(...values) as unknown as readonly RowText[])
  }

  #versionOf(run: RunId, kind: Kind, id: string): number {
    const row = this.#version.get(run, kind, id)
    return row === undefined ? 0 : Number(row['version'])
  }

  #write(run: RunId, { kind, id, expected, value, columns, events }: ChangeText): void {
    const { tenant, active, createdAtMs, rank, busy } = columns
    const version = expected + events.length
    const sum = sealOf(value, 'row', run, kind, id, version)
    this.#put.run(run, kind, id, version, value, tenant, active, createdAtMs, rank, busy, sum)
    for (const [index, event] of events.entries()) {
      const at = expected + index + 1
      this.#append.run(run, kind, id, at, event, sealOf(event, 'event', run, kind, id, at))
    }
  }

  #stored<K extends Kind>(kind: K, { run, id, version, value, sum }: RowText): Stored<K> {
    const known = this.#cache?.valueOf(run, kind, id, version)
    if (known !== undefined) return { kind, id, version, value: known }
    const read = unseal(this.#file.path, value, sum, 'row', run, kind, id, version) as Records[K]
    return { kind, id, version, value: this.#cache?.read(run, kind, id, version, read) ?? read }
  }
}

function changeText(change: Change): ChangeText {
  return {
    kind: change.kind,
    id: change.id,
    expected: change.expected,
    value: JSON.stringify(change.value),
    columns: sparseColumns(change),
    events: change.events.map((event) => JSON.stringify(event)),
  }
}
