import { randomUUID } from 'node:crypto'
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect, inject, test } from 'vitest'
import { createLogsClient } from '#adapters/aws/cloudwatch-client.ts'
import { CloudwatchLiveLogs } from '#adapters/aws/cloudwatch-live-logs.ts'
import { sha256 } from '#core/hash.ts'
import { seededRandom } from '#core/random.ts'
import { liveLogsContract, type LiveLogsUnderTest } from '../contracts/live-logs.ts'
import { type RequestFault, withFaults } from './faulty-client.ts'

const config = () => ({
  endpoint: inject('miniStack'),
  region: 'us-east-1',
  credentials: { accessKeyId: '000000000000', secretAccessKey: 'test' },
})

/** Live logs of a log group of their own. */
async function open(spoil: (client: object) => void = () => undefined): Promise<LiveLogsUnderTest> {
  const [collector, client] = [createLogsClient(config()), createLogsClient(config())]
  spoil(client)
  const group = `/forkcast/test/${randomUUID()}`
  await collector.send(new CreateLogGroupCommand({ logGroupName: group }))
  const streamOf = (job: string) => `ec2-cold-cpu/default/${sha256(job).slice(0, 32)}`
  let nowMs = Date.now()
  return {
    liveLogs: new CloudwatchLiveLogs({
      client,
      placeOf: async (job) => ({ group, stream: streamOf(job) }),
      nowMs: () => nowMs,
    }),
    say: async (job, lines) => {
      const at = { logGroupName: group, logStreamName: streamOf(job) }
      await collector.send(new CreateLogStreamCommand(at)).catch((error: unknown) => {
        if (!(error instanceof ResourceAlreadyExistsException)) throw error
      })
      const messages = lines.split('\n').filter((line) => line !== '')
      const logEvents = messages.map((message) => ({ message, timestamp: Date.now() }))
      if (logEvents.length > 0) await collector.send(new PutLogEventsCommand({ ...at, logEvents }))
    },
    later: async () => {
      nowMs += 60_000
    },
    close: async () => {
      collector.destroy()
      client.destroy()
    },
  }
}

liveLogsContract('CloudWatch Logs, as miniStack', () => open())

const seen = new Set<RequestFault>()
let seed = 0

liveLogsContract('CloudWatch Logs, as miniStack, with faults', async () => {
  let counts: ReadonlyMap<RequestFault, number> = new Map()
  // A look that fails for good, as is likely where few tries are made, comes with the next one.
  const under = await open((client) => (counts = withFaults(client, seededRandom(`logs ${(seed += 1)}`), 0.05)))
  return {
    ...under,
    close: async () => {
      for (const fault of counts.keys()) seen.add(fault)
      await under.close()
    },
  }
})

test('each fault has struck', () => {
  expect([...seen].sort()).toStrictEqual(['answer lost', 'lost before it arrived', 'service error', 'throttled'])
})
