import { expect, test } from 'vitest'
import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { seededRandom } from '#core/random.ts'
import { storeContract } from '../contracts/store.ts'
import { dropTable, dynamoClient, newTable } from './emulated-account.ts'
import { type RequestFault, requestFaults, withFaults } from './faulty-client.ts'

for (const emulator of ['dynamoDbLocal', 'miniStack'] as const) {
  const seen = new Set<RequestFault>()
  let seed = 0

  storeContract(
    `DynamoDB, as ${emulator}, with faults`,
    async () => {
      const calm = dynamoClient(emulator)
      const table = await newTable(calm)
      const client = dynamoClient(emulator)
      const counts = withFaults(client, seededRandom(String((seed += 1))), 0.01)
      const store = openDynamoStore({ client, table, objects: new MemoryObjects() })
      return {
        store,
        async close() {
          for (const fault of counts.keys()) seen.add(fault)
          await dropTable(calm, table)
          calm.destroy()
          client.destroy()
        },
      }
    },
    5,
  )

  test(`each fault has struck ${emulator}`, () => {
    expect([...seen].sort()).toStrictEqual(requestFaults.toSorted())
  })
}
