import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createS3Client } from '#adapters/aws/aws-clients.ts'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { clonePrefix } from '#contract/object-keys.ts'
import { parseRunId } from '#core/run/ids.ts'
import { DamagedObject } from '#ports/damaged-object.ts'
import { LoopbackS3, type S3Fault, type S3Request } from '../../builders/loopback-s3.ts'
import { allows } from './policy-evaluation.ts'

const mib = 1024 ** 2

let folder: string
let s3: LoopbackS3
let objects: S3Objects
let issued: number
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-s3-'))
  s3 = await LoopbackS3.start(join(folder, 'bucket'))
  issued = 0
  const credentials = async () => {
    issued += 1
    return { accessKeyId: `key${issued}`, secretAccessKey: 'x', sessionToken: `token${issued}` }
  }
  const client = createS3Client({ endpoint: s3.url, region: 'us-east-1', credentials, forcePathStyle: true })
  objects = new S3Objects({ client, bucket: 'bucket' })
})
afterEach(async () => {
  await s3[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const noise = randomBytes(10 * mib + 17)
/** Half of it is superfluous: more than a part is left. */
const digits = Buffer.from(randomBytes(9 * mib + 5).toString('hex'))

const file = (bytes: Uint8Array): string => {
  const path = join(folder, 'file')
  writeFileSync(path, bytes)
  return path
}
const copy = (): string => join(folder, 'copy')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Each request of a kind meets the fault once. */
const onceEach = (what: S3Request['what'], fault: S3Fault): void => {
  const met = new Set<number>()
  s3.fault = (request) => {
    if (request.what !== what || met.has(request.from)) return undefined
    met.add(request.from)
    return fault
  }
}

describe.each([
  ['noise, stored as it is', noise, false],
  ['digits, stored compact', digits, true],
])('a transfer of %s', (_, contents, isPacked) => {
  const stored = async () => objects.store(file(contents), 'runs/a', { compact: true })

  it('tells the form that it chose, and gives the content', async () => {
    const { stored: form, ...digest } = await stored()
    expect(digest).toStrictEqual({ bytes: contents.length, sha256: sha256(contents) })
    expect(form?.encoding).toBe(isPacked ? 'zstd' : undefined)
    expect(form?.bytes ?? 0).toBeLessThan(0.75 * contents.length)
    expect(await objects.fetch('runs/a', copy())).toBe('fetched')
    expect(readFileSync(copy()).equals(contents)).toBe(true)
  })

  it('goes on from where it was when each part of a download is cut off', async () => {
    await stored()
    onceEach('get', { kind: 'cut', afterBytes: 300_000 })
    s3.sentBytes = 0
    await objects.fetch('runs/a', copy())
    const { sentBytes } = s3
    expect(readFileSync(copy()).equals(contents)).toBe(true)
    // What was on its way when a connection was cut is asked for again, and no more.
    const { stored: form, bytes } = await stored()
    expect(sentBytes).toBeLessThan((form?.bytes ?? bytes) + 3 * mib)
  })

  it('goes on when each part of an upload is cut off', async () => {
    onceEach('part', { kind: 'cut', afterBytes: 300_000 })
    expect((await stored()).sha256).toBe(sha256(contents))
    s3.fault = () => undefined
    await objects.fetch('runs/a', copy())
    expect(readFileSync(copy()).equals(contents)).toBe(true)
    expect(s3.openUploads).toBe(0)
  })

  it('asks once for other credentials when those that it has run out in the middle, and goes on', async () => {
    const expire = (what: S3Request['what'], from: number) => {
      let old = ''
      s3.fault = (request) => {
        if (request.what === what && request.from >= from && old === '') old = request.accessKeyId
        return request.accessKeyId === old ? { kind: 'refuse', status: 400, code: 'ExpiredToken' } : undefined
      }
    }
    expire('part', 2)
    await stored()
    expire('get', mib)
    await objects.fetch('runs/a', copy())
    expect(readFileSync(copy()).equals(contents)).toBe(true)
    expect(issued).toBe(3)
  })

  it('is refused when other credentials are refused too, and leaves no file and no upload', async () => {
    await stored()
    s3.fault = ({ what }) =>
      what === 'get' || what === 'part' ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined
    await expect(objects.fetch('runs/a', copy())).rejects.toThrow('AccessDenied')
    expect(existsSync(copy())).toBe(false)
    expect(s3.openUploads).toBe(0)
  })

  it('ends when it is told to, and leaves no file, no object and no upload', async () => {
    await stored()
    const ending = new AbortController()
    s3.fault = ({ what, from }) => {
      if ((what === 'get' && from > 0) || what === 'part' || what === 'put') ending.abort(new Error('told to end'))
      return undefined
    }
    const { signal } = ending
    await expect(objects.fetch('runs/a', copy(), { signal })).rejects.toThrow(/told to end|abort/i)
    expect(existsSync(copy())).toBe(false)
    await expect(objects.store(file(contents), 'runs/b', { compact: true, signal })).rejects.toThrow(
      /told to end|abort/i,
    )
    expect(await objects.size('runs/b')).toBeUndefined()
    expect(s3.openUploads).toBe(0)
  })
})

describe('a compact object', () => {
  const some = digits.subarray(0, 5 * mib + 3)

  it('of which a byte is another one on the way is asked for again', async () => {
    await objects.store(file(some), 'runs/a', { compact: true })
    onceEach('get', { kind: 'damage', atByte: 200_000 })
    await objects.fetch('runs/a', copy())
    expect(readFileSync(copy()).equals(some)).toBe(true)
    s3.fault = ({ from }) => (from === 0 ? undefined : { kind: 'damage', atByte: 1000 })
    expect(await objects.slice('runs/a', 0, 100)).toStrictEqual(new Uint8Array(some.subarray(0, 100)))
  })

  it('of which a byte is always another one is damaged, however it is read, and leaves no file', async () => {
    await objects.store(file(some), 'runs/a', { compact: true })
    s3.fault = ({ what }) => (what === 'get' ? { kind: 'damage', atByte: 20_000 } : undefined)
    await expect(objects.fetch('runs/a', copy())).rejects.toThrow(DamagedObject)
    await expect(objects.slice('runs/a', 0, 100)).rejects.toThrow(DamagedObject)
    await expect(objects.read('runs/a')).rejects.toThrow(DamagedObject)
    expect(existsSync(copy())).toBe(false)
  })

  it('is given slice by slice, wherever a slice begins', async () => {
    await objects.store(file(some), 'runs/a', { compact: true })
    for (const [offset, limit] of [
      [0, 10],
      [mib - 3, 6],
      [mib, mib],
      [mib + 5, mib],
      [some.length - 4, 100],
      [some.length, 5],
    ] as const) {
      const slice = await objects.slice('runs/a', offset, limit)
      expect(Buffer.from(slice ?? []).equals(some.subarray(offset, offset + limit))).toBe(true)
    }
    expect(Buffer.from((await objects.read('runs/a')) ?? []).equals(some)).toBe(true)
    expect(await objects.size('runs/a')).toBe(some.length)
  })

  it('is the same one as a plain one with its content, whichever came first', async () => {
    const { stored, ...content } = await objects.store(file(some), 'runs/a', { compact: true })
    expect(await objects.store(file(some), 'runs/a')).toStrictEqual({ ...content, stored })
    await objects.store(file(some), 'runs/b')
    expect(await objects.store(file(some), 'runs/b', { compact: true })).toStrictEqual(content)
    await expect(objects.store(file(some.subarray(1)), 'runs/a', { compact: true })).rejects.toThrow('other contents')
  })

  it.each([
    ['too short to gain by it', some.subarray(0, 60_000)],
    ['of noise', noise.subarray(0, 5 * mib)],
    ['that begins like digits, and is noise', Buffer.concat([some.subarray(0, mib), noise.subarray(0, 5 * mib)])],
  ])('is not made of what is %s', async (_, contents) => {
    const { stored } = await objects.store(file(contents), 'runs/a', { compact: true })
    expect(stored).toBeUndefined()
    expect(s3.headersOf('runs/a')?.['content-encoding']).toBeUndefined()
  })
})

describe('a clone', () => {
  const run = parseRunId('run_0123456789abcdefghij')!
  const slot = { run, task: 'train', attempt: 1, clone: 0 }
  const prefix = clonePrefix(slot, 1)
  const own = `${prefix}/out`
  const staged = { object: 'blobs/a', sha256: sha256(noise), bytes: noise.length }
  const variables = [{ name: 'INPUT_A', value: { kind: 'file', name: 'a', file: staged } as const }]
  const [policy] = cloneSessionPolicies({ slot, prefix, code: null, variables, secrets: {} }, undefined, {
    bucket: 'bucket',
    partition: 'aws',
    region: 'eu-west-1',
    account: '123456789012',
  })

  const isAllowed = ({ what, key, onlyNew }: S3Request): boolean => {
    const actions = { get: 's3:GetObject', head: 's3:GetObject', abort: 's3:AbortMultipartUpload' } as const
    const action = what in actions ? actions[what as keyof typeof actions] : 's3:PutObject'
    const creates = { 's3:ObjectCreationOperation': String(what === 'put' || what === 'complete') }
    const context = onlyNew ? { ...creates, 's3:if-none-match': '*' } : creates
    return allows(policy?.document ?? '', { action, resource: `arn:aws:s3:::bucket/${key}`, context })
  }

  it('asks for nothing that its credentials do not allow, in whatever form and size it stages', async () => {
    await objects.writeOnce('blobs/a', noise)
    s3.requests.length = 0
    await objects.fetch('blobs/a', copy())
    for (const [index, contents] of [noise, digits, noise.subarray(0, 100)].entries()) {
      await objects.store(file(contents), `${own}/${index}`, { compact: true })
      await objects.store(file(contents), `${own}/${index}`)
      await expect(objects.store(file(contents.subarray(1)), `${own}/${index}`)).rejects.toThrow('other contents')
    }
    expect(s3.requests.filter((request) => !isAllowed(request))).toStrictEqual([])
    const kinds = new Set(s3.requests.map(({ what }) => what))
    expect([...kinds].toSorted()).toStrictEqual(['abort', 'complete', 'create', 'get', 'part', 'put'])
  })
})
