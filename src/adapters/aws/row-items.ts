import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoTable } from '#adapters/aws/dynamo-table.ts'
import { indexAttributes } from '#adapters/aws/index-attributes.ts'
import { type Item, keyAttributes, numberOf, rowKey, textOf } from '#adapters/aws/table-keys.ts'
import { tableNames } from '#contract/table.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change, Kind, Records, Stored } from '#core/run/record.ts'

/** A row as an item, but for its stamp, which is given when it is written. */
export async function rowItem(table: DynamoTable, run: RunId, change: Change): Promise<Record<string, AttributeValue>> {
  const { kind, id, expected, events, value } = change
  return {
    ...keyAttributes(rowKey(run, kind, id)),
    ...indexAttributes(change),
    version: { N: String(expected + events.length) },
    ...(await table.texts.attributes(run, 'value', JSON.stringify(value))),
  }
}

/** The row that an item holds. */
export async function storedRow<K extends Kind>(table: DynamoTable, kind: K, item: Item): Promise<Stored<K>> {
  table.stamps.saw(numberOf(item, 'stamp'))
  const value = JSON.parse(await table.texts.of(item, 'value')) as Records[K]
  return { kind, id: rowId(kind, item), version: numberOf(item, 'version'), value }
}

/** The id of the row that an item holds or an index names. */
export function rowId(kind: Kind, item: Item): string {
  return textOf(item, tableNames.sortKey).slice(kind.length + 1)
}
