import { expect, test } from 'vitest'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { seededRandom } from '#core/random.ts'
import { objectStoreContract } from '../contracts/object-store.ts'
import { newBucket, s3Client } from './emulated-account.ts'
import { type RequestFault, withFaults } from './faulty-client.ts'

const seen = new Set<RequestFault>()
let seed = 0

objectStoreContract('S3, as miniStack, with faults', async () => {
  const client = s3Client()
  const bucket = await newBucket(client)
  const counts = withFaults(client, seededRandom(String((seed += 1))), 0.03)
  return {
    objects: new S3Objects({ client, bucket }),
    async close() {
      for (const fault of counts.keys()) seen.add(fault)
      client.destroy()
    },
  }
})

test('each fault has struck', () => {
  expect([...seen].sort()).toStrictEqual(['answer lost', 'lost before it arrived', 'service error', 'throttled'])
})
