import { join } from 'node:path'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Client, createStsClient } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { StsCloneCredentials } from '#adapters/aws/sts-clone-credentials.ts'
import type { ShortCredentials, Variable } from '#contract/clone-api.ts'
import { blobKey, clonePrefix, logKey, outputKey, rowTextKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { parseRunId, type SlotRef } from '#core/run/ids.ts'
import { cloneRolePolicy } from '../builders/clone-role.ts'
import { type Emulator, freePort, startEmulator } from './emulator-process.ts'

const region = 'us-east-1'
const account = '000000000000'
const bucket = 'forkcast-objects'
const run = parseRunId('run_0123456789abcdefghij')!
const other = parseRunId('run_0123456789abcdefghik')!
const slot: SlotRef = { run, task: 'train', attempt: 1, clone: 0 }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const of = (place: SlotRef, path = 'a.json'): string => outputKey(clonePrefix(place), path)

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
  'sibling’s log': logKey(clonePrefix({ ...slot, clone: 1 }), 'stdout'),
  'next attempt': of({ ...slot, attempt: 2 }),
  'other output of a clone whose output is given': of({ ...slot, task: 'clean' }, 'b.json'),
  'loser’s output of that name': of({ ...slot, task: 'clean', clone: 1 }),
  'other task': of({ ...slot, task: 'cleaned' }),
  'same clone of another run': of({ ...slot, run: other }),
  'blob that is not given': blobKey(sha256('another')),
  row: rowTextKey(run, sha256('input')),
}
const staged = (object: string) => ({ object, sha256: sha256(object), bytes: 1 })
const variables: readonly Variable[] = [
  { name: 'INPUT_A', value: { kind: 'output', name: 'a', output: { type: 'json', ...staged(given.output) } } },
  { name: 'INPUT_B', value: { kind: 'file', name: 'b', file: staged(given.file) } },
]
const longVariables = [{ name: 'INPUT_C', value: staged(given['long variable']) }]

/** An account that asks whoever comes who they are, and what they may. */
let emulator: Emulator
let owner: S3Client
let clone: S3Client

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
  const credentials = new StsCloneCredentials({ client, role, bucket, objects })
  const issued = await credentials.issue({ slot, code: sha256(code), variables, longVariables })
  if (!issued.ok) throw new Error(issued.error)
  clone = s3With(issued.value)
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
  await iam.send(new PutRolePolicyCommand({ ...named, PolicyName: 'clones', PolicyDocument: cloneRolePolicy(bucket) }))
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
    for (const Prefix of [undefined, `${clonePrefix(slot)}/`, 'blobs/']) {
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
