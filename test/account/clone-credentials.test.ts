import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSecrets } from '#adapters/aws/account-secrets.ts'
import { createS3Client, createSsmClient, createStsClient } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { StsCloneCredentials } from '#adapters/aws/sts-clone-credentials.ts'
import type { ShortCredentials, Variable } from '#contract/clone-api.ts'
import { blobKey, clonePrefix, logKey, outputKey, rowTextKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { parseRunId, type SlotRef } from '#core/run/ids.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'
import type { StoredContent } from '#ports/object-store.ts'
import { RefusedObject } from '#ports/refused-object.ts'
import { cloneRolePolicy } from '../builders/clone-role.ts'
import { type Emulator, freePort, startEmulator } from './emulator-process.ts'

const region = 'us-east-1'
const account = '000000000000'
const bucket = 'forkcast-objects'
const run = parseRunId('run_0123456789abcdefghij')!
const other = parseRunId('run_0123456789abcdefghik')!
const slot: SlotRef = { run, task: 'train', attempt: 1, clone: 0 }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const of = (place: SlotRef, path = 'a.json', fence = 1): string => outputKey(clonePrefix(place, fence), path)

const code = JSON.stringify({ files: [{ path: 'f', bytes: 1, executable: false, sha256: sha256('file') }], links: [] })
const given = {
  output: of({ ...slot, task: 'clean' }),
  file: blobKey(sha256('input')),
  code: blobKey(sha256(code)),
  'file of the code': blobKey(sha256('file')),
  'long variable': blobKey(sha256('long')),
}
const foreign = {
  'sibling’s output': of({ ...slot, clone: 1 }),
  'sibling’s log': logKey(clonePrefix({ ...slot, clone: 1 }, 1), 'stdout'),
  'next attempt': of({ ...slot, attempt: 2 }),
  'other output of a clone whose output is given': of({ ...slot, task: 'clean' }, 'b.json'),
  'loser’s output of that name': of({ ...slot, task: 'clean', clone: 1 }),
  'other task': of({ ...slot, task: 'cleaned' }),
  'same clone of another run': of({ ...slot, run: other }),
  'blob that is not given': blobKey(sha256('another')),
  'its slot’s output under another lease': of(slot, 'a.json', 2),
  row: rowTextKey(run, sha256('input')),
}
const staged = (object: string) => ({ object, sha256: sha256(object), bytes: 1 })
const variables: readonly Variable[] = [
  { name: 'INPUT_A', value: { kind: 'output', name: 'a', output: { type: 'json', ...staged(given.output) } } },
  { name: 'INPUT_B', value: { kind: 'file', name: 'b', file: staged(given.file) } },
]
const own = '/forkcast/secrets/own'
const secrets: Readonly<Record<string, SecretRef>> = {
  PARAMETER: { source: 'ssm', name: own },
  PASSWORD: {
    source: 'secretsmanager',
    name: `arn:aws:secretsmanager:${region}:${account}:secret:forkcast/db:password`,
  },
  PAYROLL: { source: 'ssm', name: '/payroll/key' },
}
const longVariables = [{ name: 'INPUT_C', value: staged(given['long variable']) }]

/** An account that asks whoever comes who they are, and what they may. */
let emulator: Emulator
let owner: S3Client
let clone: S3Client
let session: ShortCredentials
/** The same clone under its next lease. */
let successor: S3Client

beforeAll(async () => {
  const port = await freePort()
  emulator = await startEmulator(port, {
    name: 'MiniStack with authorisation',
    command: join(process.cwd(), '.emulators/bin/ministack'),
    parameters: [],
    environment: { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LOG_LEVEL: 'WARNING', AUTH: 'true' },
    probe: '/_ministack/health',
  })
  const here = { endpoint: emulator.url, region, maxAttempts: 1 }
  const root = { accessKeyId: account, secretAccessKey: 'test' }
  owner = s3With(root)
  await owner.send(new CreateBucketCommand({ Bucket: bucket }))
  const objects = new S3Objects({ client: owner, bucket })
  await objects.writeOnce(given.code, bytes(code))
  for (const key of [...Object.values(given), ...Object.values(foreign)]) await objects.writeOnce(key, bytes(key))
  const role = await newRole(new IAMClient({ ...here, credentials: root }))
  const client = createStsClient({ ...here, credentials: root })
  const credentials = new StsCloneCredentials({ client, region: async () => region, role, bucket, objects })
  const scope = { slot, secrets, code: sha256(code), variables, longVariables }
  const sessionUnder = async (fence: number): Promise<ShortCredentials> => {
    const issued = await credentials.issue({ ...scope, prefix: clonePrefix(slot, fence) })
    if (!issued.ok) throw new Error(issued.error)
    return issued.value
  }
  session = await sessionUnder(1)
  clone = s3With(session)
  successor = s3With(await sessionUnder(2))
})

afterAll(() => emulator.stop())

function s3With(credentials: Omit<ShortCredentials, 'expiresAtMs' | 'sessionToken'>): S3Client {
  return createS3Client({ endpoint: emulator.url, region, credentials, forcePathStyle: true, maxAttempts: 1 })
}

async function newRole(iam: IAMClient): Promise<string> {
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  const named = { RoleName: 'forkcast-clone' }
  const { Role } = await iam.send(new CreateRoleCommand({ ...named, AssumeRolePolicyDocument: document }))
  await iam.send(
    new PutRolePolicyCommand({ ...named, PolicyName: 'clones', PolicyDocument: cloneRolePolicy(bucket, account) }),
  )
  return Role?.Arn as string
}

const refused = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }

describe('an account that weighs policies lets the session of a clone', () => {
  it.each(Object.entries(given))('read the %s that it is given', async (_, key) => {
    expect(await new S3Objects({ client: clone, bucket }).read(key)).toBeDefined()
  })

  it.each(Object.entries(foreign))('not read the %s', async (_, Key) => {
    expect((await owner.send(new GetObjectCommand({ Bucket: bucket, Key }))).ContentLength).toBeGreaterThan(0)
    await expect(clone.send(new GetObjectCommand({ Bucket: bucket, Key }))).rejects.toMatchObject(refused)
  })

  it.each([...Object.entries(given), ...Object.entries(foreign)])('not write, tag or delete the %s', async (_, Key) => {
    const place = { Bucket: bucket, Key }
    for (const command of [
      new PutObjectCommand({ ...place, Body: 'x' }),
      new PutObjectCommand({ ...place, Body: 'x', IfNoneMatch: '*' }),
      new PutObjectTaggingCommand({ ...place, Tagging: { TagSet: [] } }),
      new DeleteObjectCommand(place),
    ]) {
      await expect(clone.send(command as PutObjectCommand)).rejects.toMatchObject(refused)
    }
    expect(await new S3Objects({ client: owner, bucket }).read(Key)).toBeDefined()
  })

  it('not list, wherever', async () => {
    for (const Prefix of [undefined, `${clonePrefix(slot, 1)}/`, 'blobs/']) {
      const listing = new ListObjectsV2Command({ Bucket: bucket, ...(Prefix === undefined ? {} : { Prefix }) })
      await expect(clone.send(listing)).rejects.toMatchObject(refused)
    }
  })

  it('not write over what is its own', async () => {
    const place = { Bucket: bucket, Key: of(slot) }
    await owner.send(new PutObjectCommand({ ...place, Body: 'first' }))
    await expect(clone.send(new PutObjectCommand({ ...place, Body: 'second' }))).rejects.toMatchObject(refused)
    expect(await new S3Objects({ client: clone, bucket }).read(place.Key)).toStrictEqual(bytes('first'))
  })
})

/** What a store lets a clone make of a text. */
async function stored(client: S3Client, key: string, contents: string): Promise<StoredContent> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-credentials-'))
  try {
    writeFileSync(join(folder, 'file'), contents)
    return await new S3Objects({ client, bucket }).store(join(folder, 'file'), key)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('a clone that has lost its lease, and has its credentials still', () => {
  it('is in nobody’s way: whatever it writes, its successor stores what it made', async () => {
    const left = [of(slot, 'b.json', 1), logKey(clonePrefix(slot, 1), 'stdout')]
    const right = [of(slot, 'b.json', 2), logKey(clonePrefix(slot, 2), 'stdout')]
    // That a clone may write below its own prefix MiniStack does not see: it passes no conditions of writes. So their owner does it for them.
    for (const key of left) await stored(owner, key, 'of a zombie')
    for (const key of right) {
      await expect(stored(clone, key, 'of a zombie')).rejects.toThrow('AccessDenied')
      const parts = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key })
      await expect(clone.send(parts)).rejects.toMatchObject(refused)
      await stored(owner, key, 'of the successor')
      await expect(stored(clone, key, 'of a zombie')).rejects.toThrow('AccessDenied')
      expect(await new S3Objects({ client: successor, bucket }).read(key)).toStrictEqual(bytes('of the successor'))
    }
    // And it reads nothing of it.
    const get = new GetObjectCommand({ Bucket: bucket, Key: right[0] })
    await expect(clone.send(get)).rejects.toMatchObject(refused)
  })
})

it('an input that was deleted is refused to a clone as a foreign one is: who may list tells which it was', async () => {
  await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: given.file }))
  const objects = new S3Objects({ client: clone, bucket })
  const copy = join(tmpdir(), `forkcast-${process.pid}`)
  const missing = await objects.fetch(given.file, copy).catch((error: unknown) => error)
  const foreignOne = await objects.fetch(foreign['other task'], copy).catch((error: unknown) => error)
  expect(foreignOne).toBeInstanceOf(RefusedObject)
  // MiniStack says that it is absent, where S3 does so to those alone who may list.
  expect(missing === 'absent' || missing instanceof RefusedObject).toBe(true)
  expect(await new S3Objects({ client: owner, bucket }).size(given.file)).toBeUndefined()
})

describe('secrets of an account', () => {
  const readerOf = (credentials: ShortCredentials) =>
    accountSecrets({
      credentials: async () => credentials,
      region: async () => region,
      refusedFix: 'ask for it',
      endpoint: emulator.url,
    })

  beforeAll(async () => {
    const root = { endpoint: emulator.url, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } }
    const ssm = createSsmClient(root)
    for (const Name of [own, '/forkcast/secrets/other', '/payroll/key']) {
      await ssm.send(new PutParameterCommand({ Name, Value: `value of ${Name}`, Type: 'SecureString' }))
    }
    ssm.destroy()
    // Made by a request of its own: the project has no client of this service.
    await createSecret({ Name: 'forkcast/db', SecretString: JSON.stringify({ password: 'value of db' }) })
  })

  async function createSecret(secret: object): Promise<void> {
    const signer = new SignatureV4({
      service: 'secretsmanager',
      region,
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
      sha256: Hash.bind(null, 'sha256'),
    })
    const { hostname, host, port } = new URL(emulator.url)
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.CreateSecret',
    }
    const body = JSON.stringify({ ...secret, ClientRequestToken: randomUUID() })
    const request = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path: '/', query: {} }
    const signed = await signer.sign({ ...request, headers, body })
    const { host: _, ...rest } = signed.headers
    const answer = await fetch(emulator.url, { method: 'POST', headers: rest, body })
    expect([answer.status, answer.ok ? '' : await answer.text()]).toStrictEqual([200, ''])
  }

  it('are read by the clone whose task names them', async () => {
    const read = readerOf(session)
    expect(await read(secrets['PARAMETER']!)).toStrictEqual({ ok: true, value: `value of ${own}` })
    expect(await read(secrets['PASSWORD']!)).toStrictEqual({ ok: true, value: 'value of db' })
  })

  it.each([
    ['that the role of clones may not have', secrets['PAYROLL']!],
    ['that its task does not name', { source: 'ssm', name: '/forkcast/secrets/other' } as const],
    ['that is the key of tokens', { source: 'ssm', name: '/forkcast/prod/token-key' } as const],
  ])('are refused: one %s', async (_, ref) => {
    expect(await readerOf(session)(ref)).toStrictEqual({ ok: false, error: 'is refused, or is not there: ask for it' })
  })

  it('are told not to be there, if they are not', async () => {
    const read = readerOf({ accessKeyId: account, secretAccessKey: 'test', sessionToken: '', expiresAtMs: 0 })
    for (const ref of [
      { source: 'ssm', name: '/forkcast/secrets/none' },
      { source: 'secretsmanager', name: `arn:aws:secretsmanager:${region}:${account}:secret:forkcast/none-AbCdEf` },
    ] as const) {
      expect(await read(ref)).toMatchObject({ ok: false, error: expect.stringContaining('is not in this account') })
    }
  })
})
