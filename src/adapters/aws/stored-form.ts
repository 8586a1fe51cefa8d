import { DamagedObject } from '#ports/damaged-object.ts'

/** What an answer of S3 tells of an object's form. */
interface FormHeaders {
  readonly ContentEncoding?: string | undefined
  readonly Metadata?: Readonly<Record<string, string>> | undefined
}

/** The entry of its metadata in which a packed object says how long its content is. */
const contentBytes = 'content-bytes'

/** What an upload says of a packed object. */
export function packedHeaders(bytes: number): {
  readonly ContentEncoding: string
  readonly Metadata: Record<string, string>
} {
  return { ContentEncoding: 'zstd', Metadata: { [contentBytes]: String(bytes) } }
}

/** Whether an object of `stored` bytes is packed, and how long its content is. @throws DamagedObject when it does not say. */
export function formOf(
  key: string,
  { ContentEncoding = '', Metadata = {} }: FormHeaders,
  stored: number,
): { readonly isPacked: boolean; readonly bytes: number } {
  // S3 gives back what was sent in chunks with a word of its own in it.
  const isPacked = ContentEncoding.split(',').some((word) => word.trim() === 'zstd')
  if (!isPacked) return { isPacked, bytes: stored }
  const bytes = Number(Metadata[contentBytes] ?? Number.NaN)
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new DamagedObject(key, 'it does not say how long its content is')
  return { isPacked, bytes }
}
