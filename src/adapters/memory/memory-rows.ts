import { frozenCopy } from '#adapters/memory/frozen-copy.ts'
import type { MemoryLog } from '#adapters/memory/memory-log.ts'
import { byRankThenAge, compare, newestRunFirst } from '#adapters/memory/order.ts'
import { SortedList } from '#adapters/memory/sorted-list.ts'
import { assertCommit } from '#adapters/store/commit-rules.ts'
import { cursorNumber, cursorOf, cursorParts } from '#adapters/store/cursor.ts'
import { pageOf, rowsForPage, wholeLimit } from '#adapters/store/page.ts'
import { isBusy, isDispatchable } from '#adapters/store/slot-index.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { afterChange, type Change, type Kind, type Stored } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Check, Conflict, Page, Rows } from '#ports/store.ts'

/** All that is kept of one run; rows by `kind id`. */
interface RunRows {
  readonly rows: Map<string, Stored<Kind>>
  readonly keys: SortedList<string>
}

/** Rows in memory. Every list is a range of a sorted one, but for the runs of a tenant, which are few. */
export class MemoryRows implements Rows {
  readonly #log: MemoryLog
  readonly #runs = new Map<RunId, RunRows>()
  readonly #waiting = new SortedList<Stored<'slot'>>(byRankThenAge)
  /** Slots that hold a job, by cursor. */
  readonly #busy = new SortedList<string>(compare)

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async get<K extends Kind>(run: RunId, kind: K, id: string): Promise<Stored<K> | undefined> {
    return this.#row(run, kind, id)
  }

  async list<K extends Kind>(
    run: RunId,
    kind: K,
    { prefix = '', after, limit }: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<Page<Stored<K>>> {
    const from = after === undefined || after < prefix ? prefix : follower(after)
    const ids = take(this.#ids(run, kind, prefix, from), rowsForPage(limit))
    return pageOf(
      ids,
      limit,
      (id) => this.#row(run, kind, id) as Stored<K>,
      (id) => id,
    )
  }

  async commit(run: RunId, changes: readonly Change[], checks: readonly Check[] = []): Promise<Result<void, Conflict>> {
    assertCommit(changes, checks)
    const copies = changes.map(frozenCopy)
    const stale = (kind: Kind, id: string, version: number): boolean =>
      (this.#row(run, kind, id)?.version ?? 0) !== version
    const conflict =
      changes.find(({ kind, id, expected }) => stale(kind, id, expected)) ??
      checks.find(({ kind, id, version }) => stale(kind, id, version))
    if (conflict !== undefined) return err({ kind: conflict.kind, id: conflict.id })
    for (const change of copies) this.#write(run, change)
    return ok(undefined)
  }

  async waiting(limit: number): Promise<readonly Stored<'slot'>[]> {
    return take(this.#dispatchable(), wholeLimit(limit))
  }

  async busy({ after, limit }: { readonly after?: string; readonly limit: number }): Promise<Page<SlotRecord>> {
    const from = after === undefined ? '' : follower(cursorOf(...cursorParts(after)))
    const cursors = take(this.#busy.from(from), rowsForPage(limit))
    return pageOf(
      cursors,
      limit,
      (cursor) => this.#slotAt(cursor),
      (cursor) => cursor,
    )
  }

  async runs(
    tenant: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<Page<RunRecord>> {
    const cursor = after === undefined ? undefined : cursorParts(after)
    const before = cursor && { createdAtMs: cursorNumber(cursor[0]), id: cursor[1] }
    const runs = [...this.#runs.keys()]
      .flatMap((run) => this.#row(run, 'run', 'run')?.value ?? [])
      .filter((run) => run.tenant === tenant)
      .filter((run) => before === undefined || newestRunFirst(before, run) < 0)
      .sort(newestRunFirst)
    return pageOf(
      runs.slice(0, rowsForPage(limit)),
      limit,
      (run) => run,
      (run) => cursorOf(run.createdAtMs, run.id),
    )
  }

  async active({ after = '', limit }: { readonly after?: string; readonly limit: number }): Promise<Page<RunRecord>> {
    const runs = [...this.#runs.keys()]
      .flatMap((run) => this.#row(run, 'run', 'run')?.value ?? [])
      .filter((run) => run.id > after && !isRunTerminal(run.state))
      .sort((a, b) => compare(a.id, b.id))
    return pageOf(
      runs.slice(0, rowsForPage(limit)),
      limit,
      (run) => run,
      (run) => run.id,
    )
  }

  #row<K extends Kind>(run: RunId, kind: K, id: string): Stored<K> | undefined {
    return this.#runs.get(run)?.rows.get(rowKey(kind, id)) as Stored<K> | undefined
  }

  *#ids(run: RunId, kind: Kind, prefix: string, from: string): Generator<string, void> {
    for (const key of this.#runs.get(run)?.keys.from(rowKey(kind, from)) ?? []) {
      if (!key.startsWith(rowKey(kind, prefix))) return
      yield key.slice(rowKey(kind, '').length)
    }
  }

  *#dispatchable(): Generator<Stored<'slot'>, void> {
    for (const slot of this.#waiting.from()) {
      const run = this.#row(slot.value.run, 'run', 'run')?.value
      if (run !== undefined && !isRunTerminal(run.state)) yield slot
    }
  }

  #slotAt(cursor: string): SlotRecord {
    const [run, id] = cursorParts(cursor)
    return (this.#row(run as RunId, 'slot', id) as Stored<'slot'>).value
  }

  #write(run: RunId, change: Change): void {
    const { rows, keys } = this.#rowsOf(run)
    const key = rowKey(change.kind, change.id)
    const before = rows.get(key)
    const after = Object.freeze(afterChange(change))
    if (before !== undefined) this.#leave(before)
    this.#enter(after)
    rows.set(key, after)
    keys.add(key)
    this.#log.append(run, change)
  }

  #rowsOf(run: RunId): RunRows {
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const made: RunRows = { rows: new Map(), keys: new SortedList<string>(compare) }
    this.#runs.set(run, made)
    return made
  }

  #enter(row: Stored<Kind>): void {
    if (!isSlot(row)) return
    if (isDispatchable(row.value)) this.#waiting.add(row)
    if (isBusy(row.value)) this.#busy.add(cursorOf(row.value.run, row.id))
  }

  #leave(row: Stored<Kind>): void {
    if (!isSlot(row)) return
    this.#waiting.delete(row)
    this.#busy.delete(cursorOf(row.value.run, row.id))
  }
}

function isSlot(row: Stored<Kind>): row is Stored<'slot'> {
  return row.kind === 'slot'
}

function rowKey(kind: Kind, id: string): string {
  return `${kind} ${id}`
}

/** The least text that is greater. */
function follower(text: string): string {
  return `${text}\0`
}

function take<T>(items: Iterable<T>, count: number): readonly T[] {
  const taken: T[] = []
  for (const item of items) {
    if (taken.length === count) break
    taken.push(item)
  }
  return taken
}
