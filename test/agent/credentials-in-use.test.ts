import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createS3Client } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { leasedCredentials } from '#agent/leased-credentials.ts'
import type { Assignment, LeaseAnswer } from '#contract/clone-api.ts'
import { parseRunId } from '#core/run/ids.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'
import { LoopbackS3 } from '../builders/loopback-s3.ts'

const slot = { run: parseRunId('run_00000000')!, task: 'a', attempt: 1, clone: 0 }
const hourMs = 3_600_000

it('transfers that run at once go on with new credentials, for one question, when S3 refuses those they have', async () => {
  await using s3 = await LoopbackS3.start(mkdtempSync(join(tmpdir(), 'forkcast-credentials-')))
  // The clock of clients is the machine's; that of this one stands where they think the credentials are good.
  const clock = createDrivenClock(Date.now())
  let asked = 0
  const lease = async (): Promise<LeaseAnswer> => {
    asked += 1
    const credentials = {
      accessKeyId: `id${asked}`,
      secretAccessKey: 's',
      sessionToken: `session ${asked}`,
      expiresAtMs: clock.nowMs() + hourMs,
    }
    return { granted: true, fence: 1, renewEveryS: 40, assignment: {} as Assignment, credentials }
  }
  const inner = { lease, renew: async () => true, report: async () => 'accepted' as const }
  const { signal } = new AbortController()
  const { api, credentials } = leasedCredentials(inner, { clock, random: () => 0, signal })
  const client = createS3Client({ endpoint: s3.url, region: 'us-east-1', credentials, forcePathStyle: true })
  const objects = new S3Objects({ client, bucket: 'bucket' })
  try {
    await api.lease({ slot, job: 'job', holder: 'me' })
    await objects.writeOnce('a', new Uint8Array([1]))
    await clock.advance(hourMs / 60)
    s3.fault = ({ accessKeyId }) =>
      accessKeyId === 'id1' ? { kind: 'refuse', status: 403, code: 'ExpiredToken' } : undefined
    const read = await Promise.all(Array.from({ length: 20 }, () => objects.read('a')))
    expect(read).toStrictEqual(Array.from({ length: 20 }, () => new Uint8Array([1])))
    expect(asked).toBe(2)
    expect(new Set(s3.requests.map(({ accessKeyId }) => accessKeyId))).toStrictEqual(new Set(['id1', 'id2']))
  } finally {
    client.destroy()
  }
})
