import type { Sample } from '#core/prediction/prediction.ts'
import type { Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'

/** Numbers by size, text by code units. */
export function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}

/** The order of dispatch: greatest rank first, then the oldest slot, then by id and run. */
export function byRankThenAge(a: Stored<'slot'>, b: Stored<'slot'>): number {
  return (
    compare(b.value.rank, a.value.rank) ||
    compare(a.value.createdAtMs, b.value.createdAtMs) ||
    compare(a.id, b.id) ||
    compare<string>(a.value.run, b.value.run)
  )
}

type RunPlace = Pick<RunRecord, 'createdAtMs'> & { readonly id: string }

/** Runs, newest first, then by id backwards. */
export function newestRunFirst(a: RunPlace, b: RunPlace): number {
  return compare(b.createdAtMs, a.createdAtMs) || compare(b.id, a.id)
}

/** Samples, newest first, then by run and slot backwards. */
export function newestSampleFirst(a: Sample, b: Sample): number {
  return compare(b.atMs, a.atMs) || compare(b.run, a.run) || compare(b.slot, a.slot)
}
