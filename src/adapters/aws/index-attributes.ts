import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { sortableNumber } from '#adapters/aws/sortable-number.ts'
import { partOf } from '#adapters/aws/table-keys.ts'
import { cursorOf } from '#adapters/store/cursor.ts'
import { isBusy, isDispatchable } from '#adapters/store/slot-index.ts'
import { tableIndexes, type TableIndex } from '#contract/table.ts'
import { slotKey } from '#core/run/ids.ts'
import type { Change } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'

/** Parts of the lists over all runs; a slot enters and leaves each once, so together they take some 4,000 slots a second. */
const partsOfList = 4

/** The parts of an index that lists slots of all runs. */
export const slotParts: readonly string[] = Array.from({ length: partsOfList }, (_, part) => String(part))

/** The one part of the index of active runs: 1,000 may be submitted a second. */
export const activePart = 'all'

/** The attributes that put a row into indexes; a row is written whole, so what it has no longer is gone. */
export function indexAttributes({ kind, value }: Change): Record<string, AttributeValue> {
  if (kind === 'run') return ofRun(value as RunRecord)
  if (kind === 'slot') return ofSlot(value as SlotRecord)
  return {}
}

/** The place of a run in the list of its tenant's. */
export function runOrder(createdAtMs: number, run: string): string {
  return `${sortableNumber(createdAtMs)} ${run}`
}

/** The place of a slot among busy ones. */
export function busyOrder(run: string, id: string): string {
  return cursorOf(run, id)
}

function ofRun(run: RunRecord): Record<string, AttributeValue> {
  const listed = into(tableIndexes.runs, run.tenant, runOrder(run.createdAtMs, run.id))
  return isRunTerminal(run.state) ? listed : { ...listed, ...into(tableIndexes.active, activePart, run.id) }
}

function ofSlot(slot: SlotRecord): Record<string, AttributeValue> {
  const id = slotKey(slot)
  const part = String(partOf(`${slot.run} ${id}`, partsOfList))
  if (isDispatchable(slot)) return into(tableIndexes.waiting, part, waitingOrder(slot, id))
  return isBusy(slot) ? into(tableIndexes.busy, part, busyOrder(slot.run, id)) : {}
}

function waitingOrder({ rank, createdAtMs, run }: SlotRecord, id: string): string {
  return `${sortableNumber(-rank)} ${sortableNumber(createdAtMs)} ${id} ${run}`
}

function into({ part, order }: TableIndex, in_: string, at: string): Record<string, AttributeValue> {
  return { [part]: { S: in_ }, [order]: { S: at } }
}
