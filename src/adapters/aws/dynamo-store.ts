import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoCommits } from '#adapters/aws/dynamo-commits.ts'
import { DynamoHistory } from '#adapters/aws/dynamo-history.ts'
import { DynamoLog } from '#adapters/aws/dynamo-log.ts'
import { DynamoRows } from '#adapters/aws/dynamo-rows.ts'
import type { DynamoTable } from '#adapters/aws/dynamo-table.ts'
import { ItemTexts } from '#adapters/aws/item-texts.ts'
import { Stamps } from '#adapters/aws/stamps.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'

/**
 * The store in one DynamoDB table, whose names and indexes are in `#contract/table.ts`, for any number of processes at once. What is
 * too long for an item is an object.
 */
export function openDynamoStore(options: {
  readonly client: DynamoDBClient
  readonly table: string
  readonly objects: ObjectStore
}): Store {
  const { client, table: name, objects } = options
  const table: DynamoTable = { client, name, texts: new ItemTexts(objects), stamps: new Stamps() }
  return {
    rows: new DynamoRows(table, new DynamoCommits(table)),
    log: new DynamoLog(table),
    history: new DynamoHistory(table),
  }
}
