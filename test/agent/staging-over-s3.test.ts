import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createS3Client } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import type { Variable } from '#contract/clone-api.ts'
import { sha256 } from '#core/hash.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import { LoopbackS3, type S3Fault } from '../builders/loopback-s3.ts'
import { AgentRig, claimOf, failureOf } from './agent-rig.ts'

const mib = 1024 ** 2
const noise = randomBytes(3 * mib)

/** An agent whose objects are in a bucket. */
async function rigOverS3(): Promise<{ rig: AgentRig; s3: LoopbackS3; objects: S3Objects } & AsyncDisposable> {
  const rig = new AgentRig()
  const s3 = await LoopbackS3.start(join(rig.root, 'bucket'))
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  const client = createS3Client({ endpoint: s3.url, region: 'us-east-1', credentials, forcePathStyle: true })
  const dispose = async () => {
    client.destroy()
    await s3[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  }
  return { rig, s3, objects: new S3Objects({ client, bucket: 'bucket' }), [Symbol.asyncDispose]: dispose }
}

async function noiseInput(objects: S3Objects): Promise<Variable> {
  await objects.writeOnce('blobs/noise', noise)
  const file = { object: 'blobs/noise', sha256: sha256(noise), bytes: noise.length }
  return { name: 'INPUT_A', value: { kind: 'file', name: 'a', file } }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('staging over S3', () => {
  it('stores compact what may be, and the next task gets its content', async () => {
    await using it = await rigOverS3()
    const { rig, objects } = it
    const outputs = {
      rows: { path: 'rows', type: 'file', optional: false },
      published: { path: 'published', type: 'file', optional: false },
      parts: { path: 'parts', type: 'directory', optional: false },
    } as const
    const script = `seq 1 200000 > "$OUTPUT_ROWS"; cp "$OUTPUT_ROWS" "$OUTPUT_PUBLISHED"
      cp "$OUTPUT_ROWS" "$OUTPUT_PARTS/large"; echo small > "$OUTPUT_PARTS/small"; ln -s large "$OUTPUT_PARTS/again"`
    const { rows, published, parts } = claimOf(
      await rig.run({ script, outputs, compact: ['rows', 'parts'] }, { deps: { objects } }),
    ) as Record<string, Exclude<StagedOutput, { type: 'directory' }>>
    expect(rows?.stored?.encoding).toBe('zstd')
    expect(rows?.stored?.bytes).toBeLessThan((rows?.bytes ?? 0) / 2)
    expect(published).toMatchObject({ bytes: rows?.bytes, sha256: rows?.sha256 })
    expect(published?.stored).toBeUndefined()
    const { files } = parts as unknown as Extract<StagedOutput, { type: 'directory' }>
    expect(files.map(({ path, stored }) => [path, stored?.encoding])).toStrictEqual([
      ['again', 'zstd'],
      ['large', 'zstd'],
      ['small', undefined],
    ])

    const variables = Object.entries({ rows, parts }).map(([name, output]): Variable => ({
      name: `INPUT_${name.toUpperCase()}`,
      value: { kind: 'output', name, output: output as StagedOutput },
    }))
    const next = await rig.run(
      {
        script: 'seq 1 200000 | cmp - "$INPUT_ROWS"; cat "$INPUT_PARTS/small"; wc -l < "$INPUT_PARTS/again"',
        variables,
      },
      { deps: { objects } },
    )
    expect(next.stdout).toBe('small\n200000\n')
    expect(next.report?.usage.bytesIn).toBe(3 * (rows?.bytes ?? 0) + 6)
  })

  it('asks again for what is another one by a byte, and starts no command with it', async () => {
    await using it = await rigOverS3()
    const { rig, s3, objects } = it
    const variables = [await noiseInput(objects)]
    const damage = (times: number) => {
      let left = times
      s3.fault = ({ what, from }): S3Fault | undefined =>
        what === 'get' && from > 0 && left-- > 0 ? { kind: 'damage', atByte: 5 } : undefined
    }
    damage(1)
    const script = 'sha256sum < "$INPUT_A"'
    expect((await rig.run({ script, variables }, { deps: { objects } })).stdout).toBe(`${sha256(noise)}  -\n`)
    damage(Infinity)
    const ended = await rig.run({ script, variables }, { deps: { objects } })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', confidence: 'certain' })
    expect(failureOf(ended).evidence).toContain('INPUT_A: object blobs/noise has SHA-256')
    expect(ended.report?.times.runningS).toBeNull()
  })

  it('fails for the place when its rights end, on either side of the command', async () => {
    await using it = await rigOverS3()
    const { rig, s3, objects } = it
    const variables = [await noiseInput(objects)]
    const refuse = (refused: 'get' | 'put') => {
      s3.fault = ({ what }) => (what === refused ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : undefined)
    }
    refuse('get')
    const ended = await rig.run({ variables }, { deps: { objects } })
    const before = failureOf(ended)
    // Whether it is there is for somebody else to tell.
    expect(ended.report?.ended).toMatchObject({ refused: 'blobs/noise' })
    const ofCode = await rig.run({ code: sha256('code') }, { deps: { objects } })
    expect(ofCode.report?.ended).toMatchObject({
      failure: { cause: 'start-failed' },
      refused: `blobs/${sha256('code')}`,
    })
    refuse('put')
    const outputs = { a: { path: 'a', type: 'file', optional: false } } as const
    const unstored = await rig.run({ script: 'echo a > "$OUTPUT_A"', outputs }, { deps: { objects } })
    const after = failureOf(unstored)
    expect(unstored.report?.ended).not.toHaveProperty('refused')
    expect([before.cause, after.cause]).toStrictEqual(['start-failed', 'start-failed'])
    expect(before.evidence).toContain('staging in failed: object blobs/noise is refused')
    expect(after.evidence).toContain('staging out failed: S3: AccessDenied')
  })

  it('fails for the place when its disk is full in the middle', async () => {
    await using it = await rigOverS3()
    const { rig, objects } = it
    const variables = [await noiseInput(objects)]
    const file = await open(rig.root, 'r')
    const handles = Object.getPrototypeOf(file) as typeof file
    await file.close()
    const { write } = handles
    let writes = 0
    vi.spyOn(handles, 'write').mockImplementation(async function (this: typeof file, ...args: unknown[]) {
      writes += 1
      if (writes > 1) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      return Reflect.apply(write, this, args) as ReturnType<typeof write>
    })
    const ended = await rig.run({ variables }, { deps: { objects } })
    expect(failureOf(ended)).toMatchObject({ cause: 'out-of-disk', confidence: 'certain' })
    expect(writes).toBeGreaterThan(1)
  })

  it('ends at once when the clone is told to, in the middle of a transfer that does not move', async () => {
    await using it = await rigOverS3()
    const { rig, s3, objects } = it
    const variables = [await noiseInput(objects)]
    const ending = new AbortController()
    s3.fault = ({ what, from }) => {
      if (what !== 'get' || from === 0) return undefined
      ending.abort({ kind: 'stop', graceS: 1 })
      return { kind: 'stall' }
    }
    const { exit } = await rig.run({ variables }, { deps: { objects }, job: { signal: ending.signal } })
    expect(exit.outcome).toBe('stopped')
  })
})
