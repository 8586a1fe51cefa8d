import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoCommits } from '#adapters/aws/dynamo-commits.ts'
import { type DynamoTable, indexedIn, itemsAt, itemsIn, keyOf } from '#adapters/aws/dynamo-table.ts'
import { activePart, busyOrder, runOrder, slotParts } from '#adapters/aws/index-attributes.ts'
import { mergeSorted, takeNext } from '#adapters/aws/merge-sorted.ts'
import { rowId, storedRow } from '#adapters/aws/row-items.ts'
import {
  comparable,
  type Item,
  keyAttributes,
  partitionsOf,
  rowKey,
  rowSort,
  textOf,
} from '#adapters/aws/table-keys.ts'
import { cursorNumber, cursorOf, cursorParts } from '#adapters/store/cursor.ts'
import { pageOf, rowsForPage, wholeLimit } from '#adapters/store/page.ts'
import { isBusy, isDispatchable } from '#adapters/store/slot-index.ts'
import { tableIndexes, type TableIndex } from '#contract/table.ts'
import type { Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change, Kind, Stored } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Check, Conflict, Page, Rows } from '#ports/store.ts'

/** Sorts after every text of ours. */
const last = '\u{10FFFF}'

/** A look at an index takes as many rows from the table as one request gives. */
const maxLook = 100

/**
 * The rows of all runs in a DynamoDB table. What is read of one run is as it is now. Lists over all runs follow by moments: a row that
 * has just come into one may be missing, none is there that does not belong, and each is read as it is now.
 */
export class DynamoRows implements Rows {
  readonly #table: DynamoTable
  readonly #commits: DynamoCommits

  constructor(table: DynamoTable, commits: DynamoCommits) {
    this.#table = table
    this.#commits = commits
  }

  async get<K extends Kind>(run: RunId, kind: K, id: string): Promise<Stored<K> | undefined> {
    const Key = keyAttributes(rowKey(run, kind, comparable(id)))
    const { client, name: TableName } = this.#table
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
    return Item && storedRow(this.#table, kind, Item)
  }

  async list<K extends Kind>(
    run: RunId,
    kind: K,
    { prefix = '', after, limit }: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<Page<Stored<K>>> {
    const wanted = rowsForPage(limit)
    const partitions = partitionsOf(run, kind, prefix)
    const from = rowSort(kind, comparable(after === undefined || after < prefix ? prefix : after))
    const to = rowSort(kind, `${comparable(prefix)}${last}`)
    const sources = partitions.map((partition) =>
      itemsIn(this.#table, { partition, from, to }, share(wanted, partitions.length)),
    )
    const items: Item[] = []
    for await (const item of mergeSorted(sources, (a, b) => compareText(rowId(kind, a), rowId(kind, b)))) {
      if (rowId(kind, item) !== after) items.push(item)
      if (items.length === wanted) break
    }
    const rows = await Promise.all(items.map((item) => storedRow(this.#table, kind, item)))
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => row.id,
    )
  }

  commit(run: RunId, changes: readonly Change[], checks: readonly Check[] = []): Promise<Result<void, Conflict>> {
    return this.#commits.commit(run, changes, checks)
  }

  async waiting(limit: number): Promise<readonly Stored<'slot'>[]> {
    const runs = new Map<RunId, boolean>()
    return this.#listed('slot', wholeLimit(limit), { index: tableIndexes.waiting, parts: slotParts }, async (slots) => {
      const dispatchable = slots.filter(({ value }) => isDispatchable(value))
      await this.#addActive(
        runs,
        dispatchable.map(({ value }) => value.run),
      )
      return dispatchable.filter(({ value }) => runs.get(value.run))
    })
  }

  async busy({ after, limit }: { readonly after?: string; readonly limit: number }): Promise<Page<SlotRecord>> {
    const from = after === undefined ? {} : { after: busyOrder(...cursorParts(after)) }
    const where = { index: tableIndexes.busy, parts: slotParts, ...from }
    const slots = await this.#listed('slot', rowsForPage(limit), where, async (rows) =>
      rows.filter(({ value }) => isBusy(value)),
    )
    return pageOf(
      slots,
      limit,
      ({ value }) => value,
      ({ value, id }) => cursorOf(value.run, id),
    )
  }

  async runs(
    tenant: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<RunRecord>> {
    const [createdAt, id] = after === undefined ? [] : cursorParts(after)
    const from = createdAt === undefined ? {} : { after: runOrder(cursorNumber(createdAt), id ?? '') }
    const where = { index: tableIndexes.runs, parts: [tenant], backwards: true, ...from }
    const rows = await this.#listed('run', rowsForPage(limit), where, async (runs) => runs)
    return pageOf(
      rows,
      limit,
      ({ value }) => value,
      ({ value }) => cursorOf(value.createdAtMs, value.id),
    )
  }

  async active({ after = '', limit }: { readonly after?: string; readonly limit: number }): Promise<Page<RunRecord>> {
    const where = { index: tableIndexes.active, parts: [activePart], after }
    const rows = await this.#listed('run', rowsForPage(limit), where, async (runs) =>
      runs.filter(({ value }) => !isRunTerminal(value.state)),
    )
    return pageOf(
      rows,
      limit,
      ({ value }) => value,
      ({ value }) => value.id,
    )
  }

  /** Rows that an index names, in its order, as far as they still belong; at most `limit`. */
  async #listed<K extends 'run' | 'slot'>(
    kind: K,
    limit: number,
    where: {
      readonly index: TableIndex
      readonly parts: readonly string[]
      readonly after?: string
      readonly backwards?: boolean
    },
    belong: (rows: readonly Stored<K>[]) => Promise<readonly Stored<K>[]>,
  ): Promise<readonly Stored<K>[]> {
    const { index, parts, after, backwards = false } = where
    const edge = comparable(after ?? '')
    // A blank sorts before every text of ours, and can be a key as nothing can't.
    const ends = { from: backwards || edge === '' ? ' ' : edge, to: backwards && edge !== '' ? edge : last }
    const sources = parts.map((partition) =>
      indexedIn(this.#table, index, { partition, ...ends }, share(limit, parts.length), backwards),
    )
    const compare = (a: Item, b: Item) => compareText(textOf(a, index.order), textOf(b, index.order))
    const named = mergeSorted(sources, backwards ? (a, b) => compare(b, a) : compare)
    const found: Stored<K>[] = []
    while (found.length < limit) {
      const look = await takeNext(named, Math.min(limit - found.length, maxLook))
      if (look.length === 0) break
      const keys = look.filter((item) => textOf(item, index.order) !== after).map(keyOf)
      const items = (await itemsAt(this.#table, keys)).filter((item) => item !== undefined)
      found.push(...(await belong(await Promise.all(items.map((item) => storedRow(this.#table, kind, item))))))
    }
    return found
  }

  /** Finds out which of the runs are not over. */
  async #addActive(known: Map<RunId, boolean>, runs: readonly RunId[]): Promise<void> {
    const asked = [...new Set(runs)].filter((run) => !known.has(run))
    const items = await itemsAt(
      this.#table,
      asked.map((run) => rowKey(run, 'run', 'run')),
    )
    for (const [at, run] of asked.entries()) {
      const item = items[at]
      known.set(run, item !== undefined && !isRunTerminal((await storedRow(this.#table, 'run', item)).value.state))
    }
  }
}

/** How many of `wanted` items to ask each of several sources for at a time: some are ahead of others. */
function share(wanted: number, sources: number): number {
  return Math.min(1_000, sources === 1 ? wanted : Math.ceil((wanted / sources) * 1.5) + 1)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
