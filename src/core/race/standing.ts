import type { Failure } from '#core/failure/cause.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { unreachable } from '#core/unreachable.ts'

/** A slot that can leave no valid result any more, and why. */
export interface FailedSlot {
  readonly slot: SlotRecord
  readonly failure: Failure
}

/** How a race stands: its slots by what they bring to the decision. */
export interface Standings {
  /** Slots that ran or may run: all but standby slots that were never called up. */
  readonly active: number
  /** How many may still come to a result. */
  readonly pending: number
  /** Slots with a result, in the order in which they ended, of those in the same millisecond the lower clone first. */
  readonly valid: readonly SlotRecord[]
  /** In the same order. */
  readonly failed: readonly FailedSlot[]
}

/** Counts a claim whatever part it had in a decision, so that decided slots stand as before. O(slots log slots). */
export function standingsOf(slots: readonly SlotRecord[]): Standings {
  const of = (standing: Standing) => slots.filter((slot) => standingOf(slot) === standing)
  return {
    active: slots.length - of('standby').length,
    pending: of('pending').length,
    valid: of('valid').toSorted(byEnd),
    failed: of('failed')
      .toSorted(byEnd)
      .map((slot) => ({ slot, failure: failureOf(slot) })),
  }
}

/** Orders slots that have ended: the earliest first, of those in the same millisecond the lower clone. */
export function byEnd(a: SlotRecord, b: SlotRecord): number {
  return (a.endedAtMs as number) - (b.endedAtMs as number) || a.clone - b.clone
}

/** `out`: its place was taken away before it came to anything. */
type Standing = 'valid' | 'failed' | 'pending' | 'standby' | 'out'

function standingOf(slot: SlotRecord): Standing {
  switch (slot.state) {
    case 'claimed':
    case 'won':
    case 'contributed':
      return 'valid'
    case 'failed':
    case 'rejected':
    case 'fenced':
      return 'failed'
    case 'waiting':
    case 'starting':
    case 'running':
      return 'pending'
    case 'standby':
      return 'standby'
    case 'lost':
      return slot.claim === null ? 'out' : 'valid'
    case 'cancelled':
      return slot.kind === 'standby' && slot.waitingAtMs === null ? 'standby' : 'out'
    default:
      return unreachable(slot.state)
  }
}

function failureOf(slot: SlotRecord): Failure {
  if (slot.failure === null) throw new Error(`clone ${slot.clone} of ${slot.task} failed without a cause`)
  return slot.failure
}
