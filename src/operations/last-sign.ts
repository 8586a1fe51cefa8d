import type { SlotRecord } from '#core/run/slot.ts'
import { leaseS } from '#operations/lease.ts'

/**
 * Seconds that a clone surely held its place of whose end nobody knows: from its lease to the last time it was renewed. The
 * least that it cost.
 */
export function surelyHeldS({ runningAtMs, leasedUntilMs }: Pick<SlotRecord, 'runningAtMs' | 'leasedUntilMs'>): number {
  if (runningAtMs === null || leasedUntilMs === null) return 0
  return Math.max(0, leasedUntilMs - leaseS * 1000 - runningAtMs) / 1000
}
