import { describe, expect, it, onTestFinished } from 'vitest'
import { PresignedLinks } from '#adapters/aws/presigned-links.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { blobKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { newBucket, s3Client } from './emulated-account.ts'

async function open() {
  const client = s3Client()
  onTestFinished(() => client.destroy())
  const bucket = await newBucket(client)
  return { links: new PresignedLinks({ client, bucket }), objects: new S3Objects({ client, bucket }) }
}

describe('links of S3', () => {
  it('take content without other credentials, also twice, and give it', async () => {
    const { links, objects } = await open()
    const body = new TextEncoder().encode('content '.repeat(1_000))
    const hash = sha256(body)
    const { url, headers } = await links.put({ sha256: hash, bytes: body.byteLength })
    for (const _ of [1, 2]) {
      const answer = await fetch(url, { method: 'PUT', headers, body })
      await answer.arrayBuffer()
      expect(answer.status).toBe(200)
    }
    expect(await objects.read(blobKey(hash))).toStrictEqual(body)
    const read = await fetch(await links.get({ key: blobKey(hash), mediaType: 'text/plain' }))
    expect(new Uint8Array(await read.arrayBuffer())).toStrictEqual(body)
    expect([read.status, read.headers.get('content-type')]).toStrictEqual([200, 'text/plain'])
  })

  it('take nothing in the place of other content', async () => {
    const { links, objects } = await open()
    const hash = sha256('right')
    const { url, headers } = await links.put({ sha256: hash, bytes: 5 })
    const foreign = { ...headers, 'x-amz-checksum-sha256': Buffer.from(sha256('wrong'), 'hex').toString('base64') }
    const answer = await fetch(url, { method: 'PUT', headers: foreign, body: 'wrong' })
    await answer.arrayBuffer()
    expect(answer.status).toBe(403)
    expect(await objects.size(blobKey(hash))).toBeUndefined()
  })
})
