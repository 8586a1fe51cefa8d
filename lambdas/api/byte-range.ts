/** Bytes of a whole, `end` not included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * What a `Range` header asks for of so many bytes. `undefined`: all of them, since it asks for nothing, or for what is not known
 * here (several ranges, other units). `outside`: there is nothing there.
 */
export function byteRange(asked: string | undefined, bytes: number): ByteRange | 'outside' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(asked ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes : Math.min(Number(last) + 1, bytes)
  return start < end ? { start, end } : 'outside'
}
