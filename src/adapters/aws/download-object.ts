import { open, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { unlessAbsent } from '#adapters/aws/s3-error.ts'

/** Tries in a row in which nothing came; with full jitter, some 4 seconds. */
const maxTries = 12

/**
 * Streams an object into a file; when the stream is cut off, goes on from there. A file that is not whole is removed. What
 * travels in one piece is compared with S3's checksum of the whole, where it keeps one.
 */
export async function downloadObject(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  path: string,
): Promise<'fetched' | 'absent'> {
  const first = await unlessAbsent(client.send(new GetObjectCommand(place)))
  if (first === undefined) return 'absent'
  const file = await open(path, 'w').catch((error: unknown) => {
    discard(first.Body as Readable)
    throw error
  })
  try {
    let body = first.Body
    for (let done = 0, tries = 1; ; tries += 1) {
      const before = done
      try {
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          await file.writeFile(chunk)
          done += chunk.byteLength
        }
        return 'fetched'
      } catch (error) {
        if (done > before) tries = 0
        if (!isCutOff(error) || tries === maxTries) throw error
        await fullJitter(tries + 1)
      }
      const rest = { ...place, Range: `bytes=${done}-`, IfMatch: first.ETag }
      body = (await client.send(new GetObjectCommand(rest))).Body
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Lets go of contents that nobody wants, whatever becomes of their connection. */
function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}

/** Whether the connection was lost; errors of the file, and other contents than S3's checksum says, are none. */
function isCutOff(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code)
}
