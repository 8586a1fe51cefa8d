import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { storeContract } from '../contracts/store.ts'
import { dropTable, dynamoClient, newTable } from './emulated-account.ts'

for (const emulator of ['dynamoDbLocal', 'miniStack'] as const) {
  const open = async () => {
    const client = dynamoClient(emulator)
    const table = await newTable(client)
    const store = openDynamoStore({ client, table, objects: new MemoryObjects() })
    return {
      store,
      async close() {
        await dropTable(client, table)
        client.destroy()
      },
    }
  }
  storeContract(`DynamoDB, as ${emulator}`, open, 10)
}
