import { type DynamoTable, itemsIn } from '#adapters/aws/dynamo-table.ts'
import { logBegin, logCursor, type LogPosition, logPositions } from '#adapters/aws/log-cursor.ts'
import { mergeSorted, takeNext } from '#adapters/aws/merge-sorted.ts'
import { logKey, logStart, numberOf, partsOfRun, runPartition, textOf } from '#adapters/aws/table-keys.ts'
import { pageOf, rowsForPage } from '#adapters/store/page.ts'
import { tableNames } from '#contract/table.ts'
import type { RunId } from '#core/run/ids.ts'
import type { LoggedEvent } from '#core/run/replay.ts'
import type { EventLog, ListedEvent, Page } from '#ports/store.ts'

/** An event of one partition of a log. */
interface PlacedEvent {
  readonly logged: LoggedEvent
  readonly stamp: number
  readonly part: number
  /** How far the partition is read after it. */
  readonly position: LogPosition
}

/**
 * The events of all runs in a DynamoDB table, merged from the partitions of a run by the stamps of their commits: what follows from
 * something comes after it. A page is a query of each partition.
 */
export class DynamoLog implements EventLog {
  readonly #table: DynamoTable

  constructor(table: DynamoTable) {
    this.#table = table
  }

  async list(
    run: RunId,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<ListedEvent>> {
    const wanted = rowsForPage(limit)
    const positions = [...(after === undefined ? logBegin : logPositions(after))]
    const sources = positions.map((position, part) => this.#eventsOf(run, part, position, wanted))
    const events: ListedEvent[] = []
    for (const { logged, part, position } of await takeNext(mergeSorted(sources, byStamp), wanted)) {
      positions[part] = position
      events.push({ run, cursor: logCursor(positions), ...logged })
    }
    return pageOf(
      events,
      limit,
      (event) => event,
      (event) => event.cursor,
    )
  }

  async *#eventsOf(
    run: RunId,
    part: number,
    { start, taken }: LogPosition,
    wanted: number,
  ): AsyncGenerator<PlacedEvent, void> {
    const partition = runPartition(run, part)
    const range = { partition, from: logKey(partition, start).sort, to: 'log#~' }
    const pageSize = Math.min(1_000, Math.ceil((wanted / partsOfRun) * 1.5) + 1)
    for await (const item of itemsIn(this.#table, range, pageSize)) {
      const stamp = numberOf(item, 'stamp')
      this.#table.stamps.saw(stamp)
      const events = JSON.parse(await this.#table.texts.of(item, 'events')) as readonly LoggedEvent[]
      const at = logStart(textOf(item, tableNames.sortKey))
      for (const [index, logged] of events.entries()) {
        if (at === start && index < taken) continue
        const isLast = index === events.length - 1
        const position = isLast ? { start: at + events.length, taken: 0 } : { start: at, taken: index + 1 }
        yield { logged, stamp, part, position }
      }
    }
  }
}

function byStamp(a: PlacedEvent, b: PlacedEvent): number {
  return a.stamp - b.stamp
}
