import { expect, inject, test } from 'vitest'
import { ec2InstanceTypes } from '#adapters/aws/ec2-instance-types.ts'
import { createEc2Client } from '#adapters/aws/market-clients.ts'

// MiniStack tells a few types, whatever is asked for, with sizes of its own; of prices, spot and quotas it tells nothing.
test('types of instances are read of what MiniStack tells, and only those that were asked for', async () => {
  const credentials = { accessKeyId: '000000000000', secretAccessKey: 'test' }
  const client = createEc2Client({ endpoint: inject('miniStack'), region: 'us-east-1', credentials })
  const told = await ec2InstanceTypes(client, ['c5', 't3.micro'])
  client.destroy()
  expect(told.map(({ type }) => type)).toStrictEqual(['c5.large', 'c5.xlarge', 't3.micro'])
  expect(told.at(-1)).toStrictEqual({ type: 't3.micro', vcpus: 2, memoryMiB: 1024, gpus: 0, arch: 'x86_64' })
})
