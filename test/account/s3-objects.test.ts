import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { objectStoreContract } from '../contracts/object-store.ts'
import { newBucket, s3Client } from './emulated-account.ts'

objectStoreContract('S3, as miniStack', async () => {
  const client = s3Client()
  const objects = new S3Objects({ client, bucket: await newBucket(client) })
  return { objects, close: async () => client.destroy() }
})
