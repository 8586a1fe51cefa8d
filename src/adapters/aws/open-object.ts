import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { readRange, until, type ObjectVersion } from '#adapters/aws/read-range.ts'
import { statusOf, unlessAbsent, unlessRefused } from '#adapters/aws/s3-error.ts'
import { formOf } from '#adapters/aws/stored-form.ts'
import { packedFrames, packedTableBytes, type PackedFrame } from '#adapters/objects/packed-table.ts'

/** So much of an object comes with the answer that tells its size: of most, all. */
const firstBytes = 1024 ** 2

/** What the end of a packed object is read by: the table of 8 GB and more. */
const tailBytes = 64 * 1024

/** An object that is read: what the first answer told of it. */
export interface OpenObject {
  readonly version: ObjectVersion
  /** Bytes as they are stored. */
  readonly stored: number
  /** Of the content. */
  readonly bytes: number
  readonly isPacked: boolean
  /** What came with the answer, from the start on. */
  readonly first: Uint8Array
}

/** Asks for an object with its first bytes: one request for a small one. `undefined`: there is none. */
export async function openObject(
  client: S3Client,
  place: ObjectVersion['place'],
  signal?: AbortSignal,
): Promise<OpenObject | undefined> {
  const get = (range?: string) =>
    unlessAbsent(unlessRefused(place.Key, client.send(new GetObjectCommand({ ...place, Range: range }), until(signal))))
  const answer = await get(`bytes=0-${firstBytes - 1}`).catch((error: unknown) => {
    // An empty object has no range at all.
    if (statusOf(error) === 416) return get()
    throw error
  })
  if (answer === undefined) return undefined
  const stored = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0)
  const version = { client, place, etag: answer.ETag, signal }
  const first = await readRange(version, 0, Math.min(firstBytes, stored), {
    begun: answer.Body as AsyncIterable<Uint8Array>,
  })
  return { version, stored, ...formOf(place.Key, answer, stored), first }
}

/** Asks what an object is like. `undefined`: there is none. */
export async function headOfObject(client: S3Client, place: ObjectVersion['place']): Promise<OpenObject | undefined> {
  const head = await unlessAbsent(client.send(new HeadObjectCommand(place)))
  if (head === undefined) return undefined
  const stored = head.ContentLength ?? 0
  const version = { client, place, etag: head.ETag, signal: undefined }
  return { version, stored, ...formOf(place.Key, head, stored), first: new Uint8Array() }
}

/** Stored bytes of it, asked for where they did not come with the first answer: in `into` where they fit into it. */
export async function storedRange(
  { version, first }: OpenObject,
  start: number,
  end: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  return end <= first.byteLength ? first.subarray(start, end) : readRange(version, start, end, { into })
}

/**
 * The frames of a packed object; at most one request more, two for one beyond 8 GB. @throws DamagedObject when its table is
 * none.
 */
export async function framesOf(object: OpenObject): Promise<readonly PackedFrame[]> {
  const { stored, bytes, version } = object
  const key = version.place.Key
  const tail = await storedRange(object, Math.max(0, stored - tailBytes), stored)
  const length = Math.min(packedTableBytes(key, tail), stored)
  const table = length <= tail.byteLength ? tail.subarray(-length) : await storedRange(object, stored - length, stored)
  return packedFrames(key, table, stored, bytes)
}
