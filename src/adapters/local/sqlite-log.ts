import type { StatementSync } from 'node:sqlite'
import { unseal } from '#adapters/local/sealed-text.ts'
import { limited, type SqliteFile } from '#adapters/local/sqlite-file.ts'
import { cursorNumber } from '#adapters/store/cursor.ts'
import { pageOf, rowsForPage } from '#adapters/store/page.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Events, Kind } from '#core/run/record.ts'
import type { EventLog, ListedEvent, Page } from '#ports/store.ts'

/** An event as the table holds it. */
interface EventText {
  readonly seq: number
  readonly kind: Kind
  readonly id: string
  readonly version: number
  readonly event: string
  readonly sum: number
}

/** The events of all runs in a SQLite file, in the order in which they were written. A page is O(log n + limit). */
export class SqliteLog implements EventLog {
  readonly #file: SqliteFile
  readonly #list: StatementSync

  constructor(file: SqliteFile) {
    this.#file = file
    this.#list = file.prepare(
      `SELECT seq, kind, id, version, event, sum FROM events WHERE run = ? AND seq > ? ORDER BY seq ${limited}`,
    )
  }

  async list(
    run: RunId,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<ListedEvent>> {
    const from = after === undefined ? 0 : cursorNumber(after)
    const rows = await this.#file.read(
      () => this.#list.all(run, from, rowsForPage(limit)) as unknown as readonly EventText[],
    )
    return pageOf(
      rows,
      limit,
      (row) => listed(this.#file.path, run, row),
      (row) => String(row.seq),
    )
  }
}

function listed(file: string, run: RunId, { seq, kind, id, version, event, sum }: EventText): ListedEvent {
  const said = unseal(file, event, sum, 'event', run, kind, id, version) as Events[Kind]
  return { run, cursor: String(seq), kind, id, version, event: said }
}
