import { hash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { ByteSum, type Digest } from '#adapters/aws/byte-sum.ts'
import { contentOf, contentOfPart, partBytes, partsOfFrames } from '#adapters/aws/content-of.ts'
import { downloadObject } from '#adapters/aws/download-object.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { framesOf, headOfObject, openObject, storedRange, type OpenObject } from '#adapters/aws/open-object.ts'
import { until } from '#adapters/aws/read-range.ts'
import { isSpentUpload, statusOf, transfer, unlessAbsent, unlessRefused } from '#adapters/aws/s3-error.ts'
import { formOf, packedHeaders } from '#adapters/aws/stored-form.ts'
import { FileUpload, uploadBytes, type UploadedFile } from '#adapters/aws/upload-object.ts'
import { AtOnce } from '#adapters/objects/at-once.ts'
import { byteRange } from '#adapters/objects/byte-range.ts'
import { assertObjectKey } from '#adapters/objects/object-key.ts'
import { packedWhole } from '#adapters/objects/packed-form.ts'
import { framesBetween, type PackedFrame } from '#adapters/objects/packed-table.ts'
import { PartBuffers } from '#adapters/objects/part-buffers.ts'
import { regularFile } from '#adapters/objects/regular-file.ts'
import { isWorthPacking } from '#adapters/objects/worth-packing.ts'
import type { StoredForm } from '#core/run/manifest.ts'
import type { ObjectStore, StoredContent, StoreOptions, TransferOptions } from '#ports/object-store.ts'

/** Parts that come at once, of all objects together: each is in memory meanwhile. */
const partsAtOnce = 8

/** Files that go at once as one request, but are not small. */
const putsAtOnce = 4

/** What is smaller than this is no part: of such files, those that ask bound how many are on their way. */
const smallBytes = 1024 ** 2

/** Tries of a write that met another one to the same key; with full jitter, some 4 seconds. */
const maxTries = 12

/** Objects whose sizes and tables are remembered. */
const recentObjects = 64

interface Opened {
  readonly object: OpenObject
  /** Of a packed one. */
  readonly frames: readonly PackedFrame[]
}

interface PutOptions {
  readonly signal?: AbortSignal | undefined
  readonly ContentEncoding?: string
  readonly Metadata?: Readonly<Record<string, string>>
}

/** What became of an upload. */
interface Uploaded extends Digest {
  readonly outcome: 'written' | 'taken'
  readonly storedBytes: number
}

/**
 * Objects in an S3 bucket. All writes are conditional: an object never changes once it is there. Contents travel with checksums
 * that S3 compares. What may be compact, and by samples of it gets a quarter smaller, is packed (Zstandard, in frames of 1 MiB).
 * Memory is bounded for all transfers together, by some 100 MiB: {@link partsAtOnce} parts of 4 MiB that come, {@link putsAtOnce}
 * files of up to 8 MiB that go, and one upload in parts at a time, whose parts grow with files beyond 80 GB.
 */
export class S3Objects implements ObjectStore {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #buffers = new PartBuffers({ atOnce: partsAtOnce, partBytes })
  readonly #puts = new AtOnce(putsAtOnce)
  readonly #uploads = new AtOnce(1)
  readonly #recent = new Map<string, Opened>()

  constructor(options: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = options.client
    this.#bucket = options.bucket
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const place = this.#place(key)
    for (let tries = 1; ; tries += 1) {
      const answer = await unlessAbsent(unlessRefused(key, this.#client.send(new GetObjectCommand(place))))
      if (answer === undefined) return undefined
      if (formOf(key, answer, answer.ContentLength ?? 0).isPacked) {
        discard(answer.Body as Readable)
        return this.#readPacked(key)
      }
      try {
        return await answer.Body?.transformToByteArray()
      } catch (error) {
        // The answer began, and was cut off or is damaged: the client does not try that again.
        if (tries === maxTries) throw error
        await fullJitter(tries)
      }
    }
  }

  async writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'> {
    // What the caller does with the bytes after the call has no effect.
    return this.#put(key, bytes.slice())
  }

  async fetch(key: string, file: string, { signal }: TransferOptions = {}): Promise<'fetched' | 'absent'> {
    signal?.throwIfAborted()
    return transfer(downloadObject(this.#client, this.#place(key), file, { buffers: this.#buffers, signal }))
  }

  async store(file: string, key: string, options: StoreOptions = {}): Promise<StoredContent> {
    return transfer(this.#store(file, key, options))
  }

  async size(key: string): Promise<number | undefined> {
    return (await headOfObject(this.#client, this.#place(key)))?.bytes
  }

  async slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined> {
    const read = await this.#opened(key)
    if (read === undefined) return undefined
    const { object, frames } = read
    const { start, end } = byteRange(offset, limit, object.bytes)
    if (start === end) return new Uint8Array()
    if (!object.isPacked) return unlessAbsent(storedRange(object, start, end))
    const slice = new Uint8Array(end - start)
    for (const part of partsOfFrames(framesBetween(frames, start, end))) {
      for await (const piece of contentOfPart(object, part)) {
        const from = Math.max(0, start - piece.offset)
        slice.set(piece.content.subarray(from, end - piece.offset), piece.offset + from - start)
      }
    }
    return slice
  }

  async #store(file: string, key: string, { compact = false, signal }: StoreOptions): Promise<StoredContent> {
    assertObjectKey(key)
    const { size } = await regularFile(file)
    signal?.throwIfAborted()
    const isPacked = compact && (await isWorthPacking(file, size))
    const upload = { path: file, size, isPacked, signal }
    const { bytes, sha256, outcome, storedBytes } = await (size > uploadBytes
      ? this.#uploads.run(() => this.#storeParts(key, upload))
      : size > smallBytes
        ? this.#puts.run(() => this.#storeWhole(key, upload))
        : this.#storeWhole(key, upload))
    if (outcome === 'written') return { bytes, sha256, ...(isPacked && formIn(storedBytes)) }
    const present = await this.#present(key, { bytes, sha256 })
    if (present === undefined) throw new Error(`object ${key} is there already, with other contents`)
    return present
  }

  /** What is read slice by slice is looked at once: an object never changes. */
  async #opened(key: string): Promise<Opened | undefined> {
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    const object = await headOfObject(this.#client, this.#place(key))
    if (object === undefined) return undefined
    const opened = { object, frames: object.isPacked ? await framesOf(object) : [] }
    this.#recent.set(key, opened)
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > recentObjects && oldest !== undefined) this.#recent.delete(oldest)
    return opened
  }

  async #readPacked(key: string): Promise<Uint8Array | undefined> {
    const object = await openObject(this.#client, this.#place(key))
    if (object === undefined) return undefined
    const pieces: Uint8Array[] = []
    for await (const content of contentOf(object)) pieces.push(content)
    return Buffer.concat(pieces)
  }

  async #storeWhole(key: string, { path, isPacked, size, signal }: UploadedFile): Promise<Uploaded> {
    const contents = await readFile(path)
    const sha256 = hash('sha256', contents)
    const body = isPacked ? await packedWhole(contents) : contents
    const outcome = await this.#put(key, body, { signal, ...(isPacked && packedHeaders(size)) })
    return { bytes: contents.byteLength, sha256, outcome, storedBytes: body.byteLength }
  }

  /** Puts bytes that nobody changes meanwhile. */
  async #put(
    key: string,
    Body: Uint8Array,
    { signal, ContentEncoding, Metadata }: PutOptions = {},
  ): Promise<'written' | 'taken'> {
    const checksum = Buffer.from(hash('sha256', Body, 'buffer')).toString('base64')
    const writer = randomUUID()
    const put = new PutObjectCommand({
      ...this.#place(key),
      Body,
      ContentLength: Body.byteLength,
      ChecksumSHA256: checksum,
      ContentEncoding,
      Metadata: { ...Metadata, writer },
      IfNoneMatch: '*',
    })
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#client.send(put, until(signal))
        return 'written'
      } catch (error) {
        if (statusOf(error) === 412) {
          // Of a request that was made again, the first one may have been carried out.
          const again = tries > 1 || (error instanceof S3ServiceException && (error.$metadata.attempts ?? 1) > 1)
          return again && (await this.#writerOf(key)) === writer ? 'written' : 'taken'
        }
        if (statusOf(error) !== 409 || tries === maxTries) throw error
        await fullJitter(tries)
      }
    }
  }

  async #writerOf(key: string): Promise<string | undefined> {
    const head = await unlessAbsent(this.#client.send(new HeadObjectCommand(this.#place(key))))
    return head?.Metadata?.['writer']
  }

  async #storeParts(key: string, file: UploadedFile): Promise<Uploaded> {
    for (let tries = 1; ; tries += 1) {
      const upload = new FileUpload(file)
      const ended = (outcome: Uploaded['outcome']): Uploaded => {
        return { ...upload.content, storedBytes: upload.storedBytes, outcome }
      }
      try {
        await upload.send(this.#client, this.#place(key))
        return ended('written')
      } catch (error) {
        // Of a completion that was asked for again, the first one may have been carried out.
        if (statusOf(error) === 412 || isSpentUpload(error)) return ended('taken')
        if (statusOf(error) !== 409 || tries === maxTries) throw error
        await fullJitter(tries)
      }
    }
  }

  /** The object, if its content has that size and hash. */
  async #present(key: string, { bytes, sha256 }: Digest): Promise<StoredContent | undefined> {
    const object = await openObject(this.#client, this.#place(key))
    if (object?.bytes !== bytes) return undefined
    const sum = new ByteSum()
    for await (const _ of sum.over(contentOf(object)));
    return sum.digest().sha256 === sha256 ? { bytes, sha256, ...(object.isPacked && formIn(object.stored)) } : undefined
  }

  #place(key: string): { readonly Bucket: string; readonly Key: string } {
    assertObjectKey(key)
    return { Bucket: this.#bucket, Key: key }
  }
}

function formIn(bytes: number): { readonly stored: StoredForm } {
  return { stored: { encoding: 'zstd', bytes } }
}

/** Lets go of contents that nobody wants, whatever becomes of their connection. */
function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}
