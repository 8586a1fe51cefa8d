import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { unlessRefused } from '#adapters/aws/s3-error.ts'
import { outOfReach } from '#core/failure/out-of-reach.ts'

/** Tries in a row in which nothing came; with full jitter, some 4 seconds. */
const maxTries = 12

/** One version of an object. */
export interface ObjectVersion {
  readonly client: S3Client
  readonly place: { readonly Bucket: string; readonly Key: string }
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

type Body = AsyncIterable<Uint8Array>

/**
 * The stored bytes of an object from `start` to before `end`. When the connection is lost it goes on from there: `begun` is the
 * body of an answer that has them from the start on. What S3 refuses, and what is lost again and again, is thrown.
 */
export async function readRange(
  from: ObjectVersion,
  start: number,
  end: number,
  { into, begun }: { readonly into?: Uint8Array | undefined; readonly begun?: Body } = {},
): Promise<Uint8Array> {
  const bytes =
    into !== undefined && into.length >= end - start ? into.subarray(0, end - start) : new Uint8Array(end - start)
  let done = 0
  let body = begun
  for (let tries = 1; done < bytes.length; tries += 1) {
    const before = done
    body ??= await bodyOf(from, start + done, end)
    try {
      for await (const chunk of body) {
        from.signal?.throwIfAborted()
        bytes.set(chunk.subarray(0, bytes.length - done), done)
        done = Math.min(bytes.length, done + chunk.byteLength)
      }
    } catch (error) {
      if (!isCutOff(error) || from.signal?.aborted) throw error
      if (done === before && tries >= maxTries) throw lost(from, start + done, error)
    }
    if (done > before) tries = 0
    else if (tries >= maxTries) throw lost(from, start + done)
    if (done < bytes.length) await fullJitter(tries + 1)
    body = undefined
  }
  return bytes
}

async function bodyOf({ client, place, etag, signal }: ObjectVersion, start: number, end: number): Promise<Body> {
  const request = { ...place, Range: `bytes=${start}-${end - 1}`, ...(etag === undefined ? {} : { IfMatch: etag }) }
  const answer = await unlessRefused(place.Key, client.send(new GetObjectCommand(request), until(signal)))
  return answer.Body as Body
}

function lost({ place }: ObjectVersion, done: number, cause?: unknown): Error {
  const error = new Error(`S3 gives no more of ${place.Key} than its first ${done} bytes`, { cause })
  return Object.assign(error, { code: outOfReach })
}

/** Options of a request that ends with a signal. */
export function until(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}

/** Whether the connection was lost; other errors of a body are none. */
function isCutOff(error: unknown): boolean {
  const { code = '', name } = error as NodeJS.ErrnoException
  const codes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']
  return codes.includes(code) || name === 'TimeoutError'
}
