import type { SlotRecord } from '#core/run/slot.ts'

/** Whether the slot belongs in the index of slots to dispatch: it waits, and there is a wait to answer. */
export function isDispatchable(slot: SlotRecord): boolean {
  return slot.state === 'waiting' && slot.token !== null
}

/** Whether the slot belongs in the index of slots that hold a job, or did and have no bill yet. */
export function isBusy(slot: SlotRecord): boolean {
  return slot.job !== null && slot.bill === null
}
