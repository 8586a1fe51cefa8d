import type { RunTotals } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'

/** Money that brought no result: what clones cost that did not win, contribute or still compete. */
export function wastedUsd(slot: SlotRecord): number {
  const cost = slot.bill?.costUsd ?? 0
  return slot.state === 'won' || slot.state === 'contributed' || slot.state === 'claimed' ? 0 : cost
}

/** Sums over slots, in the order given: floating sums depend on it, so callers give slots by id. O(slots). */
export function totalsOf(slots: readonly SlotRecord[]): RunTotals {
  let costUsd = 0
  let wastedCostUsd = 0
  for (const slot of slots) {
    costUsd += slot.bill?.costUsd ?? 0
    wastedCostUsd += wastedUsd(slot)
  }
  return { costUsd, wastedCostUsd }
}
