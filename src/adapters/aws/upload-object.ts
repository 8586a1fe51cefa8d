import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { ByteSum, type Digest } from '#adapters/aws/byte-sum.ts'
import type { ObjectVersion } from '#adapters/aws/read-range.ts'
import { packedHeaders } from '#adapters/aws/stored-form.ts'
import { frameBytes, packed } from '#adapters/objects/packed-form.ts'

/** Files up to this size are one request; a part of larger ones is as long. */
export const uploadBytes = 8 * 1024 ** 2

/** So many parts of an upload are in memory at once. */
const partsAtOnce = 4

/** S3 takes so many parts of an object. */
const maxParts = 10_000

/** What is uploaded, and in which form. */
export interface UploadedFile {
  readonly path: string
  readonly size: number
  readonly isPacked: boolean
  readonly signal: AbortSignal | undefined
}

/** Uploads a file in parts, in the form asked for, under a key that must not be taken; says what its content was. */
export class FileUpload {
  readonly #content = new ByteSum()
  #storedBytes = 0
  readonly #file: UploadedFile

  constructor(file: UploadedFile) {
    this.#file = file
  }

  /** Of what was read until now. */
  get content(): Digest {
    return this.#content.digest()
  }

  get storedBytes(): number {
    return this.#storedBytes
  }

  async send(client: S3Client, place: ObjectVersion['place']): Promise<void> {
    const { path, size, isPacked, signal } = this.#file
    const source = createReadStream(path, { highWaterMark: frameBytes })
    const abortController = new AbortController()
    const abort = () => abortController.abort(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const upload = new Upload({
      client,
      params: {
        ...place,
        Body: Readable.from(this.#body(source)),
        ...(isPacked && packedHeaders(size)),
        ChecksumAlgorithm: 'CRC32',
        IfNoneMatch: '*',
      },
      partSize: Math.max(uploadBytes, Math.ceil(size / maxParts / frameBytes) * frameBytes),
      queueSize: partsAtOnce,
      abortController,
    })
    try {
      signal?.throwIfAborted()
      await upload.done()
    } finally {
      signal?.removeEventListener('abort', abort)
      source.destroy()
    }
  }

  async *#body(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    const content = this.#whole(source)
    for await (const chunk of this.#file.isPacked ? packed(content) : content) {
      this.#storedBytes += chunk.byteLength
      yield chunk
    }
  }

  /** All that the file had when it was looked at, and no more: how long its content is was said before. */
  async *#whole(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    yield* this.#content.over(source)
    const { path, size } = this.#file
    const { bytes } = this.#content
    if (bytes !== size)
      throw new Error(`${path} has ${bytes} bytes instead of ${size}: it was changed while it was stored`)
  }
}
