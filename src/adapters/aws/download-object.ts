import { type FileHandle, open, rm } from 'node:fs/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { contentOfPart, partsOf, type Part } from '#adapters/aws/content-of.ts'
import { openObject, type OpenObject } from '#adapters/aws/open-object.ts'
import type { ObjectVersion } from '#adapters/aws/read-range.ts'
import type { PartBuffers } from '#adapters/objects/part-buffers.ts'

/**
 * Writes the content of an object into a file, so many parts at once as there are buffers, each resumed where its connection
 * was lost. A file that is not whole is removed.
 */
export async function downloadObject(
  client: S3Client,
  place: ObjectVersion['place'],
  path: string,
  { buffers, signal }: { readonly buffers: PartBuffers; readonly signal?: AbortSignal | undefined },
): Promise<'fetched' | 'absent'> {
  const object = await openObject(client, place, signal)
  if (object === undefined) return 'absent'
  const file = await open(path, 'w')
  try {
    const parts = await partsOf(object)
    // What has come whole waits for nobody.
    if (object.first.byteLength === object.stored) for (const part of parts) await writePart(file, object, part)
    else await buffers.each(parts, (part, buffer) => writePart(file, object, part, buffer))
    return 'fetched'
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function writePart(file: FileHandle, object: OpenObject, part: Part, buffer?: Uint8Array): Promise<void> {
  object.version.signal?.throwIfAborted()
  for await (const { offset, content } of contentOfPart(object, part, buffer)) {
    // A write may end early: the next one says why.
    for (let done = 0; done < content.byteLength;) {
      done += (await file.write(content, done, content.byteLength - done, offset + done)).bytesWritten
    }
  }
}
