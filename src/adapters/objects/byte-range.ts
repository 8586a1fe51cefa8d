/** The bytes of a whole of `size` from `offset` on, at most `limit`: empty when it ends before. @throws below 0. */
export function byteRange(
  offset: number,
  limit: number,
  size: number,
): { readonly start: number; readonly end: number } {
  if (offset < 0 || limit < 0) throw new RangeError(`${limit} bytes from ${offset} on`)
  const start = Math.min(offset, size)
  return { start, end: Math.min(start + limit, size) }
}
