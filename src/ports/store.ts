import type { Sample } from '#core/prediction/prediction.ts'
import type { Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change, Kind, Stored } from '#core/run/record.ts'
import type { LoggedEvent } from '#core/run/replay.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'

/**
 * The only truth. Rows change by events alone; events and the rows they lead to are written in one transaction, durable
 * before the promise resolves. Reads of one run see every commit that resolved before them; lists over all runs, and history,
 * may follow by moments in an account. What the store itself can't do (disk full, throttled for good) rejects the promise,
 * and may have been done all the same.
 */
export interface Store {
  readonly rows: Rows
  readonly log: EventLog
  readonly history: History
}

/** A row that must still have `version` for a commit to be written; it is not changed itself. */
export interface Check {
  readonly kind: Kind
  readonly id: string
  readonly version: number
}

/** Another writer was first: nothing of the commit was written. Read again and decide anew. */
export interface Conflict {
  readonly kind: Kind
  readonly id: string
}

/** A page of a list; `next` is absent on the last one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

export interface Rows {
  get<K extends Kind>(run: RunId, kind: K, id: string): Promise<Stored<K> | undefined>
  /** Rows of one kind whose id starts with `prefix`, by id in code-unit order. */
  list<K extends Kind>(
    run: RunId,
    kind: K,
    options: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<Page<Stored<K>>>
  /**
   * Writes all changes or none. At most {@link maxChanges} changes and checks together, each row at most once.
   * Either every row has its expected version, or the result names one that had not.
   */
  commit(run: RunId, changes: readonly Change[], checks?: readonly Check[]): Promise<Result<void, Conflict>>
  /** Slots of all runs that are `waiting` with a token, greatest rank first, then oldest. */
  waiting(limit: number): Promise<readonly Stored<'slot'>[]>
  /** Slots of all runs that hold a job: `starting` or `running`, or ended and not billed yet. */
  busy(page: { readonly after?: string; readonly limit: number }): Promise<Page<SlotRecord>>
  /** Runs of a tenant, newest first. */
  runs(tenant: string, page: { readonly after?: string; readonly limit: number }): Promise<Page<RunRecord>>
  /** Runs of all tenants that are not over, by id. */
  active(page: { readonly after?: string; readonly limit: number }): Promise<Page<RunRecord>>
}

/** 100 items are what one DynamoDB transaction takes, with a text of 64 KB each less than its 4 MB. */
export const maxChanges = 40

/** An event as listed: with the run it belongs to, its place in the list and when it was written. */
export interface ListedEvent extends LoggedEvent {
  readonly run: RunId
  readonly cursor: string
}

export interface EventLog {
  /** Events of a run in the order in which they were written, after `after`. */
  list(run: RunId, page: { readonly after?: string; readonly limit: number }): Promise<Page<ListedEvent>>
}

export interface History {
  /** Idempotent by run and slot. */
  record(sample: Sample): Promise<void>
  /** The latest samples of a family, newest first. */
  recent(family: string, limit: number): Promise<readonly Sample[]>
}
