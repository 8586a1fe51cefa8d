import { hash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { ByteSum, type Digest } from '#adapters/aws/byte-sum.ts'
import { downloadObject } from '#adapters/aws/download-object.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { isSpentUpload, statusOf, unlessAbsent } from '#adapters/aws/s3-error.ts'
import { byteRange } from '#adapters/objects/byte-range.ts'
import { assertObjectKey } from '#adapters/objects/object-key.ts'
import { regularFile } from '#adapters/objects/regular-file.ts'
import type { ObjectStore } from '#ports/object-store.ts'

const mib = 1024 ** 2

/** Files up to this size are one request; of larger ones so many parts are in memory at once. */
const partBytes = 8 * mib
const partsAtOnce = 4

/** S3 takes so many parts of an object. */
const maxParts = 10_000

/** Tries of a write that met another one to the same key; with full jitter, some 4 seconds. */
const maxTries = 12

/** What became of an upload. */
interface Uploaded extends Digest {
  readonly outcome: 'written' | 'taken'
}

/**
 * Objects in an S3 bucket. All writes are conditional: an object never changes once it is there. Contents travel with checksums that
 * S3 compares. Memory is bounded by {@link partsAtOnce} parts a transfer, whose size grows with files beyond 80 GB.
 */
export class S3Objects implements ObjectStore {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(options: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = options.client
    this.#bucket = options.bucket
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#get(key)
  }

  async writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'> {
    const place = this.#place(key)
    // What the caller does with the bytes after the call has no effect.
    const Body = bytes.slice()
    const checksum = Buffer.from(hash('sha256', Body, 'buffer')).toString('base64')
    const writer = randomUUID()
    const put = { ...place, Body, ContentLength: Body.byteLength, ChecksumSHA256: checksum, Metadata: { writer } }
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#client.send(new PutObjectCommand({ ...put, IfNoneMatch: '*' }))
        return 'written'
      } catch (error) {
        if (statusOf(error) === 412) {
          // Of a request that was made again, the first one may have been carried out.
          const again = tries > 1 || (error instanceof S3ServiceException && (error.$metadata.attempts ?? 1) > 1)
          return again && (await this.#head(key))?.Metadata?.['writer'] === writer ? 'written' : 'taken'
        }
        if (statusOf(error) !== 409 || tries === maxTries) throw error
        await fullJitter(tries)
      }
    }
  }

  async fetch(key: string, file: string): Promise<'fetched' | 'absent'> {
    return downloadObject(this.#client, this.#place(key), file)
  }

  async store(file: string, key: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
    assertObjectKey(key)
    const { size } = await regularFile(file)
    const stored = size <= partBytes ? await this.#storeWhole(file, key) : await this.#storeParts(file, key, size)
    if (stored.outcome === 'taken' && !(await this.#isSame(key, stored))) {
      throw new Error(`object ${key} is there already, with other contents`)
    }
    return { bytes: stored.bytes, sha256: stored.sha256 }
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.#head(key))?.ContentLength
  }

  async slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined> {
    const size = await this.size(key)
    if (size === undefined) return undefined
    const { start, end } = byteRange(offset, limit, size)
    return start === end ? new Uint8Array() : this.#get(key, `bytes=${start}-${end - 1}`)
  }

  async #get(key: string, Range?: string): Promise<Uint8Array | undefined> {
    const request = { ...this.#place(key), ...(Range === undefined ? {} : { Range }) }
    for (let tries = 1; ; tries += 1) {
      const answer = await unlessAbsent(this.#client.send(new GetObjectCommand(request)))
      try {
        return await answer?.Body?.transformToByteArray()
      } catch (error) {
        // The answer began, and was cut off or is damaged: the client does not try that again.
        if (tries === maxTries) throw error
        await fullJitter(tries)
      }
    }
  }

  async #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    return unlessAbsent(this.#client.send(new HeadObjectCommand(this.#place(key))))
  }

  async #storeWhole(file: string, key: string): Promise<Uploaded> {
    const contents = await readFile(file)
    const outcome = await this.writeOnce(key, contents)
    return { bytes: contents.byteLength, sha256: hash('sha256', contents), outcome }
  }

  async #storeParts(file: string, key: string, size: number): Promise<Uploaded> {
    for (let tries = 1; ; tries += 1) {
      const sum = new ByteSum()
      const source = createReadStream(file, { highWaterMark: mib })
      const upload = new Upload({
        client: this.#client,
        params: {
          ...this.#place(key),
          Body: Readable.from(sum.over(source)),
          ChecksumAlgorithm: 'SHA256',
          IfNoneMatch: '*',
        },
        partSize: Math.max(partBytes, Math.ceil(size / maxParts / mib) * mib),
        queueSize: partsAtOnce,
      })
      try {
        await upload.done()
        return { ...sum.digest(), outcome: 'written' }
      } catch (error) {
        if (statusOf(error) === 412) return { ...sum.digest(), outcome: 'taken' }
        // Of a completion that was asked for again, the first one may have been carried out.
        if (isSpentUpload(error) && (await this.#isSame(key, sum.digest())))
          return { ...sum.digest(), outcome: 'written' }
        if (statusOf(error) !== 409 || tries === maxTries) throw error
        await fullJitter(tries)
      } finally {
        source.destroy()
      }
    }
  }

  /** Whether an object has contents of that size and hash. */
  async #isSame(key: string, { bytes, sha256 }: Digest): Promise<boolean> {
    if ((await this.size(key)) !== bytes) return false
    const answer = await unlessAbsent(this.#client.send(new GetObjectCommand(this.#place(key))))
    if (answer?.Body === undefined) return false
    const sum = new ByteSum()
    await finished(Readable.from(sum.over(answer.Body as Readable)).resume())
    return sum.digest().sha256 === sha256
  }

  #place(key: string): { readonly Bucket: string; readonly Key: string } {
    assertObjectKey(key)
    return { Bucket: this.#bucket, Key: key }
  }
}
