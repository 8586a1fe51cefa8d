import type { AttributeValue, PutItemCommandInput, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb'
import { tableIndexes, tableNames, type TableIndex } from '#contract/table.ts'

type Item = Readonly<Record<string, AttributeValue>>

/**
 * What writes to the table take, reckoned from what is written, since emulators tell less: a unit for each KB begun of the larger of the
 * item before and after, two in a transaction, written or refused; and one for each KB of each entry of an index that comes, goes or
 * changes. It has to be shown all writes from an empty table on.
 */
export class WriteUnits {
  readonly #items = new Map<string, Item>()
  /** The greatest item so far, in bytes, by the part of its sort key that says its kind. */
  readonly largest = new Map<string, number>()

  of(command: string, input: object, isWritten: boolean): number {
    if (command === 'PutItem') return this.#put((input as PutItemCommandInput).Item ?? {}, 1, isWritten)
    if (command !== 'TransactWriteItems') return 0
    const { TransactItems = [] } = input as TransactWriteItemsCommandInput
    return TransactItems.reduce((sum, { Put, ConditionCheck }) => {
      if (Put?.Item !== undefined) return sum + this.#put(Put.Item, 2, isWritten)
      const checked = this.#items.get(keyOf(ConditionCheck?.Key ?? {}))
      return sum + 2 * kilobytes(checked ?? {})
    }, 0)
  }

  #put(item: Item, factor: number, isWritten: boolean): number {
    const key = keyOf(item)
    const before = this.#items.get(key)
    const units = factor * Math.max(kilobytes(item), kilobytes(before ?? {}))
    if (!isWritten) return units
    this.#items.set(key, item)
    const kind = textIn(item, tableNames.sortKey).split('#')[0] ?? ''
    this.largest.set(kind, Math.max(this.largest.get(kind) ?? 0, itemBytes(item)))
    return Object.values(tableIndexes).reduce((sum, index) => sum + indexUnits(index, before, item), units)
  }
}

function indexUnits(index: TableIndex, before: Item | undefined, after: Item): number {
  const [was, is] = [entryOf(index, before), entryOf(index, after)]
  if (was !== undefined && is !== undefined && keyOf(was, index) === keyOf(is, index)) {
    return index.holds === 'items' ? Math.max(kilobytes(was), kilobytes(is)) : 0
  }
  return (was === undefined ? 0 : kilobytes(was)) + (is === undefined ? 0 : kilobytes(is))
}

/** What an index has of an item. */
function entryOf({ part, order, holds }: TableIndex, item: Item | undefined): Item | undefined {
  if (item?.[part] === undefined || item[order] === undefined) return undefined
  if (holds === 'items') return item
  const names = [part, order, tableNames.partitionKey, tableNames.sortKey]
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))
}

function keyOf(item: Item, { part, order }: Pick<TableIndex, 'part' | 'order'> = ownKey): string {
  return `${textIn(item, part)} ${textIn(item, order)}`
}

const ownKey = { part: tableNames.partitionKey, order: tableNames.sortKey }

function textIn(item: Item, name: string): string {
  return item[name]?.S ?? ''
}

function kilobytes(item: Item): number {
  return Math.max(1, Math.ceil(itemBytes(item) / 1024))
}

/** Bytes of an item: names and values. Source: Amazon DynamoDB, item sizes and formats. */
function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0)
}

function valueBytes({ S, N, B }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S)
  // A byte for two digits, and one more.
  return N === undefined ? (B?.byteLength ?? 0) : Math.ceil(N.length / 2) + 1
}
