import { refuse } from '#local/batch/batch-fault.ts'

/** A part of a list, and the token that the next part is asked for with. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken: string | undefined
}

/**
 * What follows on `token` in a list that ascends by `orderOf`. The token holds the order of the last item that was handed
 * out, so that what came to the list or left it meanwhile neither repeats nor hides another item.
 */
export function pageOf<T>(
  items: readonly T[],
  orderOf: (item: T) => number,
  { size, token }: { readonly size: number; readonly token: string | undefined },
): Page<T> {
  const after = token === undefined ? -Infinity : decoded(token)
  const rest = items.filter((item) => orderOf(item) > after)
  const page = rest.slice(0, size)
  const last = page.at(-1)
  const isMore = rest.length > size && last !== undefined
  return { items: page, nextToken: isMore ? encoded(orderOf(last)) : undefined }
}

function encoded(order: number): string {
  return Buffer.from(String(order)).toString('base64url')
}

function decoded(token: string): number {
  const order = Number(Buffer.from(token, 'base64url').toString() || NaN)
  return Number.isNaN(order) ? refuse('Invalid nextToken') : order
}
