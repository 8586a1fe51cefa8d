import { evolveGroup, groupRefusal, type GroupEvent, type GroupRecord } from '#core/run/group.ts'
import { evolveLedger, ledgerRefusal, type LedgerEvent, type LedgerRecord } from '#core/run/ledger.ts'
import { evolveRun, runRefusal, type RunEvent, type RunRecord } from '#core/run/run.ts'
import { evolveSlot, slotRefusal, type SlotEvent, type SlotRecord } from '#core/run/slot.ts'
import { evolveTask, taskRefusal, type TaskEvent, type TaskRecord } from '#core/run/task.ts'

/** The rows of a run, by kind: each is the fold of its events and of nothing else. */
export interface Records {
  readonly run: RunRecord
  readonly task: TaskRecord
  readonly slot: SlotRecord
  readonly group: GroupRecord
  readonly ledger: LedgerRecord
}

/** The events of each kind of row. */
export interface Events {
  readonly run: RunEvent
  readonly task: TaskEvent
  readonly slot: SlotEvent
  readonly group: GroupEvent
  readonly ledger: LedgerEvent
}

export type Kind = keyof Records
export const kinds: readonly Kind[] = ['run', 'task', 'slot', 'group', 'ledger']

/** A row as read: its value, and the version that a conditional write names. Versions start at 1 and grow by event. */
export interface Stored<K extends Kind> {
  readonly kind: K
  readonly id: string
  readonly version: number
  readonly value: Records[K]
}

/** Events appended to one row, with the row they lead to. Written only if the row still has `expected` (0: absent). */
export interface Change<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  readonly expected: number
  readonly events: readonly Events[K][]
  readonly value: Records[K]
}

const evolvers: { readonly [K in Kind]: (row: Records[K] | undefined, event: Events[K]) => Records[K] } = {
  run: evolveRun,
  task: evolveTask,
  slot: evolveSlot,
  group: evolveGroup,
  ledger: evolveLedger,
}

const refusals: {
  readonly [K in Kind]: (row: Records[K] | undefined, event: Events[K]) => string | undefined
} = {
  run: runRefusal,
  task: taskRefusal,
  slot: slotRefusal,
  group: groupRefusal,
  ledger: ledgerRefusal,
}

/** Why `event` can't happen to a row as it is, or to an absent one, in words; `undefined` when it can. */
export function refusalOf<K extends Kind>(kind: K, row: Records[K] | undefined, event: Events[K]): string | undefined {
  return refusals[kind](row, event)
}

/** The row after one event. @throws when the row refuses it. */
export function evolve<K extends Kind>(kind: K, row: Records[K] | undefined, event: Events[K]): Records[K] {
  return evolvers[kind](row, event)
}

/** The change that appends `events` (at least one) to a row as read, or to an absent one. */
export function change<K extends Kind>(
  kind: K,
  id: string,
  stored: Stored<K> | undefined,
  ...events: readonly [Events[K], ...Events[K][]]
): Change<K> {
  let value: Records[K] | undefined = stored?.value
  for (const event of events) value = evolve(kind, value, event)
  return { kind, id, expected: stored?.version ?? 0, events, value: value as Records[K] }
}

/** The row that a change leaves once it is written. */
export function afterChange<K extends Kind>(change: Change<K>): Stored<K> {
  return {
    kind: change.kind,
    id: change.id,
    version: change.expected + change.events.length,
    value: change.value,
  }
}
