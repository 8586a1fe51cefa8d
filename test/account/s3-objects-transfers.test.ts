import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type GetObjectCommandOutput, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { newBucket, s3Client } from './emulated-account.ts'

describe('transfers to and from S3', () => {
  let client: S3Client
  let bucket: string
  let folder: string
  let objects: S3Objects
  beforeEach(async () => {
    client = s3Client()
    bucket = await newBucket(client)
    folder = mkdtempSync(join(tmpdir(), 'forkcast-s3-'))
    objects = new S3Objects({ client, bucket })
  })
  afterEach(() => {
    client.destroy()
    rmSync(folder, { recursive: true })
  })

  const contents = randomBytes(20_000_000)
  const file = (bytes: Uint8Array): string => {
    writeFileSync(join(folder, 'file'), bytes)
    return join(folder, 'file')
  }
  /** Each answer with contents ends after so many bytes, and then the connection is lost. */
  const cutAfter = (bytes: number, code = 'ECONNRESET'): { readonly cuts: () => number } => {
    let cuts = 0
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args)
          const { Body } = answer.output as GetObjectCommandOutput
          if (commandName !== 'GetObjectCommand' || Body === undefined) return answer
          const source = Body as AsyncIterable<Uint8Array>
          const cut = async function* () {
            let left = bytes
            for await (const chunk of source) {
              yield chunk.subarray(0, left)
              left -= chunk.byteLength
              if (left > 0) continue
              cuts += 1
              throw Object.assign(new Error('lost'), { code })
            }
          }
          Object.assign(answer.output, { Body: Readable.from(cut()) })
          return answer
        },
      { step: 'initialize', name: 'cut' },
    )
    return { cuts: () => cuts }
  }

  it('a download that is cut off goes on from there', async () => {
    await objects.store(file(contents), 'runs/a')
    const { cuts } = cutAfter(3_000_000)
    const copy = join(folder, 'copy')
    expect(await objects.fetch('runs/a', copy)).toBe('fetched')
    expect(readFileSync(copy).equals(contents)).toBe(true)
    // The first MiB comes whole, and so does the last part; of four parts of 4 MiB each is cut once.
    expect(cuts()).toBe(4)
  })

  it('a download that can not go on leaves no file', async () => {
    await objects.store(file(contents), 'runs/a')
    cutAfter(3_000_000, 'EIO')
    await expect(objects.fetch('runs/a', join(folder, 'copy'))).rejects.toThrow('lost')
    expect(existsSync(join(folder, 'copy'))).toBe(false)
  })

  /** The answer to the first request of this kind is lost. */
  const loseFirst = (lost: string): { readonly tries: () => number } => {
    let tries = 0
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === lost) tries += 1
          const answer = await next(args)
          if (commandName !== lost || tries > 1) return answer
          throw Object.assign(new Error('lost'), { name: 'TimeoutError' })
        },
      { step: 'finalizeRequest', priority: 'low', name: 'lose' },
    )
    return { tries: () => tries }
  }

  it('what was written, though the answer was lost, is written and not taken', async () => {
    const { tries } = loseFirst('PutObjectCommand')
    expect(await objects.writeOnce('blobs/a', contents.subarray(0, 100))).toBe('written')
    expect(await objects.writeOnce('blobs/a', contents.subarray(0, 100))).toBe('taken')
    expect(tries()).toBe(3)
  })

  it('what was stored in parts, though the answer was lost, is stored', async () => {
    const { tries } = loseFirst('CompleteMultipartUploadCommand')
    expect(await objects.store(file(contents), 'runs/a')).toMatchObject({ bytes: contents.length })
    expect(tries()).toBe(2)
    expect(Buffer.from((await objects.read('runs/a')) ?? []).equals(contents)).toBe(true)
  })

  it('parts of an upload that is refused are given back', async () => {
    await objects.store(file(contents), 'runs/a')
    await expect(objects.store(file(randomBytes(20_000_000)), 'runs/a')).rejects.toThrow('with other contents')
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(Uploads).toStrictEqual([])
  })
})
