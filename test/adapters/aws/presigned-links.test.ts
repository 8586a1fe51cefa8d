import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { PresignedLinks } from '#adapters/aws/presigned-links.ts'
import { sha256 } from '#core/hash.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const client = new S3Client({ region: 'us-east-1', credentials })
const links = new PresignedLinks({ client, bucket: 'bucket' })

describe('a link to put content', () => {
  it('is for one blob, and signs how long it is and what it hashes to', async () => {
    const hash = sha256('hello')
    const { url, headers } = await links.put({ sha256: hash, bytes: 5 })
    const { pathname, searchParams } = new URL(url)
    expect(pathname).toBe(`/blobs/${hash}`)
    expect(headers).toStrictEqual({ 'x-amz-checksum-sha256': Buffer.from(hash, 'hex').toString('base64') })
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256')
    expect(searchParams.get('X-Amz-Expires')).toBe('900')
  })

  it('asks for no other checksum, which nobody would send', async () => {
    const { url } = await links.put({ sha256: sha256(''), bytes: 0 })
    expect([...new URL(url).searchParams.keys()].filter((name) => /checksum-(?!sha256)/.test(name))).toStrictEqual([])
  })
})

describe('a link to content', () => {
  it('shows it as what it is said to be, and as nothing to run', async () => {
    const url = await links.get({ key: 'runs/run_1/A/1/0/out/page.html', mediaType: 'application/octet-stream' })
    const { pathname, searchParams } = new URL(url)
    expect(pathname).toBe('/runs/run_1/A/1/0/out/page.html')
    expect(searchParams.get('response-content-type')).toBe('application/octet-stream')
    expect(searchParams.get('response-content-disposition')).toBe('attachment')
  })
})
