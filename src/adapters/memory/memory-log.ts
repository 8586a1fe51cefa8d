import { cursorNumber } from '#adapters/store/cursor.ts'
import { pageOf, rowsForPage } from '#adapters/store/page.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change } from '#core/run/record.ts'
import type { EventLog, ListedEvent, Page } from '#ports/store.ts'

/** Events in memory, by run, in the order of writing. */
export class MemoryLog implements EventLog {
  readonly #runs = new Map<RunId, ListedEvent[]>()

  append(run: RunId, { kind, id, expected, events }: Change): void {
    const log = this.#runs.get(run) ?? []
    this.#runs.set(run, log)
    for (const [index, event] of events.entries()) {
      const cursor = String(log.length + 1)
      log.push(Object.freeze({ run, cursor, kind, id, version: expected + index + 1, event }))
    }
  }

  async list(
    run: RunId,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<ListedEvent>> {
    const from = after === undefined ? 0 : cursorNumber(after)
    const events = (this.#runs.get(run) ?? []).slice(from, from + rowsForPage(limit))
    return pageOf(
      events,
      limit,
      (event) => event,
      (event) => event.cursor,
    )
  }
}
