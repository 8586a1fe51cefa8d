import {
  BatchGetItemCommand,
  type DynamoDBClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import type { ItemTexts } from '#adapters/aws/item-texts.ts'
import type { Stamps } from '#adapters/aws/stamps.ts'
import { type Item, type ItemKey, keyAttributes, textOf } from '#adapters/aws/table-keys.ts'
import { tableNames } from '#contract/table.ts'

/** What all parts of a store on DynamoDB share. */
export interface DynamoTable {
  readonly client: DynamoDBClient
  readonly name: string
  readonly texts: ItemTexts
  readonly stamps: Stamps
}

/** A range of sort keys below one partition, of the table or of an index. */
export interface KeyRange {
  readonly partition: string
  /** Both ends belong to it. */
  readonly from: string
  readonly to: string
}

/** The items of a range of the table as they are now, by sort key, `pageSize` a request. */
export function itemsIn(table: DynamoTable, range: KeyRange, pageSize: number): AsyncGenerator<Item, void> {
  const { partitionKey, sortKey } = tableNames
  return query(table, range, pageSize, { part: partitionKey, order: sortKey }, { ConsistentRead: true })
}

/** The items of a range of an index as they were moments ago, in its order or backwards. */
export function indexedIn(
  table: DynamoTable,
  { index, part, order }: { readonly index: string; readonly part: string; readonly order: string },
  range: KeyRange,
  pageSize: number,
  backwards = false,
): AsyncGenerator<Item, void> {
  return query(table, range, pageSize, { part, order }, { IndexName: index, ScanIndexForward: !backwards })
}

async function* query(
  { client, name }: DynamoTable,
  { partition, from, to }: KeyRange,
  pageSize: number,
  { part, order }: { readonly part: string; readonly order: string },
  how: Partial<QueryCommandInput>,
): AsyncGenerator<Item, void> {
  if (from > to) return
  const pages = paginateQuery(
    { client, pageSize },
    {
      ...how,
      TableName: name,
      KeyConditionExpression: '#part = :part AND #order BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#part': part, '#order': order },
      ExpressionAttributeValues: { ':part': { S: partition }, ':from': { S: from }, ':to': { S: to } },
    },
  )
  for await (const { Items = [] } of pages) yield* Items
}

/** What one BatchGetItem takes. */
const maxBatch = 100

/** Items by key as they are now, in the order of `keys`; `undefined` for one that is not there. */
export async function itemsAt(table: DynamoTable, keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>()
  for (let at = 0; at < keys.length; at += maxBatch) {
    let asked = keys.slice(at, at + maxBatch).map(keyAttributes)
    for (let tries = 1; asked.length > 0; tries += 1) {
      const request = { RequestItems: { [table.name]: { Keys: asked, ConsistentRead: true } } }
      const { Responses, UnprocessedKeys } = await table.client.send(new BatchGetItemCommand(request))
      for (const item of Responses?.[table.name] ?? []) found.set(nameOf(keyOf(item)), item)
      asked = UnprocessedKeys?.[table.name]?.Keys ?? []
      if (asked.length > 0 && tries === maxTries) throw new Error(`${table.name} gave no answer for some of its items`)
      if (asked.length > 0) await fullJitter(tries)
    }
  }
  return keys.map((key) => found.get(nameOf(key)))
}

/** With full jitter, some 8 seconds. */
const maxTries = 20

/** The primary key of an item, also of one that an index gives. */
export function keyOf(item: Item): ItemKey {
  return { partition: textOf(item, tableNames.partitionKey), sort: textOf(item, tableNames.sortKey) }
}

function nameOf({ partition, sort }: ItemKey): string {
  return `${partition} ${sort}`
}
