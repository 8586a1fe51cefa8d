import { isBusy, isDispatchable } from '#adapters/store/slot-index.ts'
import type { Change } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'

/** The columns that put a row into an index; `null` keeps it out. */
export interface SparseColumns {
  readonly tenant: string | null
  readonly active: 1 | null
  readonly createdAtMs: number | null
  readonly rank: number | null
  readonly busy: 1 | null
}

const none: SparseColumns = { tenant: null, active: null, createdAtMs: null, rank: null, busy: null }

/** Runs are listed by tenant, slots while they wait or hold a job; tasks and groups by id only. */
export function sparseColumns({ kind, value }: Change): SparseColumns {
  if (kind === 'run') return ofRun(value as RunRecord)
  if (kind === 'slot') return ofSlot(value as SlotRecord)
  return none
}

function ofRun(run: RunRecord): SparseColumns {
  const active = isRunTerminal(run.state) ? null : 1
  return { ...none, tenant: run.tenant, active, createdAtMs: run.createdAtMs }
}

function ofSlot(slot: SlotRecord): SparseColumns {
  const dispatchable = isDispatchable(slot)
  return {
    ...none,
    createdAtMs: dispatchable ? slot.createdAtMs : null,
    rank: dispatchable ? slot.rank : null,
    busy: isBusy(slot) ? 1 : null,
  }
}
