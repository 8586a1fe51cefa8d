import type { Page } from '#ports/store.ts'

/** A page of at most `limit` from rows of which one more was read, if there is one: then the page has a `next`. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  item: (row: R) => T,
  cursor: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const items = shown.map(item)
  return rows.length > limit && last !== undefined ? { items, next: cursor(last) } : { items }
}

/** How many rows to read for a page of `limit` items: one more. @throws when the limit is no positive whole number. */
export function rowsForPage(limit: number): number {
  if (limit < 1) throw new RangeError(`a page of ${limit} items`)
  return wholeLimit(limit) + 1
}

/** The limit. @throws when it is no whole number from 0 on. */
export function wholeLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`a limit of ${limit} items`)
  return limit
}
