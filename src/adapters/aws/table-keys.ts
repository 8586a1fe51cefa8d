import { hash } from 'node:crypto'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { tableNames } from '#contract/table.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Kind } from '#core/run/record.ts'

/** An item as DynamoDB gives it. */
export type Item = Readonly<Record<string, AttributeValue>>

/** The primary key of an item. */
export interface ItemKey {
  readonly partition: string
  readonly sort: string
}

/**
 * Partitions that a run is spread over. DynamoDB writes 1,000 units a second to one; a clone takes some 30, log included, and an
 * account submits 50 a second: a run that has it for itself uses a fifth of each.
 */
export const partsOfRun = 8

/** Which part of so many a text belongs to. */
export function partOf(text: string, parts: number): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0) % parts
}

/** One of the partitions of a run. */
export function runPartition(run: RunId, part: number): string {
  return `${run}#${part}`
}

/** The run that an item is of. */
export function runOf(item: Item): string {
  const partition = textOf(item, tableNames.partitionKey)
  return partition.slice(0, partition.lastIndexOf('#'))
}

/** All partitions of a run. */
function runPartitions(run: RunId): readonly string[] {
  return Array.from({ length: partsOfRun }, (_, part) => runPartition(run, part))
}

/** Where a row is. The slots of a task instance are in one partition, with the instance itself. */
export function rowKey(run: RunId, kind: Kind, id: string): ItemKey {
  return { partition: rowPartition(run, kind, id), sort: rowSort(kind, id) }
}

/** Sort key of a row; below the same partition, rows of a kind sort as their ids do. */
export function rowSort(kind: Kind, id: string): string {
  return `${kind}#${id}`
}

/** Partitions in which rows of a kind are whose ids start with `prefix`. */
export function partitionsOf(run: RunId, kind: Kind, prefix: string): readonly string[] {
  return kind === 'slot' && prefix.includes('/') ? [rowPartition(run, kind, prefix)] : runPartitions(run)
}

function rowPartition(run: RunId, kind: Kind, id: string): string {
  const anchor = kind === 'slot' ? id.slice(0, id.indexOf('/')) : id
  return runPartition(run, partOf(anchor, partsOfRun))
}

/**
 * Copies of the version of the run's own row, one a partition: nearly every commit checks that the run is as it was read, and would
 * meet all others at the row itself. A commit that changes the row writes them all.
 */
export function gateKey(run: RunId, part: number): ItemKey {
  return { partition: runPartition(run, part), sort: 'gate' }
}

/** The events of one commit: in a partition of the log, at the number of its first event there. */
export function logKey(partition: string, start: number): ItemKey {
  return { partition, sort: `log#${String(start).padStart(15, '0')}` }
}

/** The number of the first event in a log item. */
export function logStart(sort: string): number {
  return Number(sort.slice('log#'.length))
}

/** What became of a slot's clone. */
export function sampleKey(run: string, slot: string): ItemKey {
  const anchor = slot.slice(0, slot.indexOf('/'))
  return { partition: runPartition(run as RunId, partOf(anchor, partsOfRun)), sort: `sample#${slot}` }
}

/** The attributes of a primary key. */
export function keyAttributes({ partition, sort }: ItemKey): Record<string, AttributeValue> {
  return { [tableNames.partitionKey]: { S: partition }, [tableNames.sortKey]: { S: sort } }
}

/** A text attribute. @throws when the item has none: it is not ours. */
export function textOf(item: Item, name: string): string {
  const text = item[name]?.S
  if (text === undefined) throw new Error(`an item of the table has no text ${name}`)
  return text
}

/** A number attribute. @throws when the item has none: it is not ours. */
export function numberOf(item: Item, name: string): number {
  const text = item[name]?.N
  if (text === undefined) throw new Error(`an item of the table has no number ${name}`)
  return Number(text)
}

/** The greatest sort key is 1,024 bytes. */
const maxKeyBytes = 1_000

/**
 * A text from outside as one to compare sort keys with: cut where it is longer than any of ours, which changes no comparison, and
 * without halves of surrogate pairs.
 */
export function comparable(text: string): string {
  const bytes = Buffer.from(text.slice(0, maxKeyBytes).toWellFormed())
  return bytes.length <= maxKeyBytes
    ? bytes.toString()
    : bytes
        .subarray(0, maxKeyBytes)
        .toString()
        .replace(/\ufffd+$/, '')
}
