import type { SlotRecord, SlotState } from '#core/run/slot.ts'
import { unreachable } from '#core/unreachable.ts'

/** What the slots of an attempt come to. */
export type Decision =
  | { readonly kind: 'pending' }
  | { readonly kind: 'commit'; readonly winner: SlotRecord }
  /** No slot can come to a claim any more. `last` failed last. */
  | { readonly kind: 'fail'; readonly last: SlotRecord }

/**
 * Policy `first`: the first claim is the result; claims in the same millisecond go to the lower clone. The attempt fails
 * when every slot that became active has failed; a standby slot that never did does not count. Slots of a decided
 * attempt come to the same decision again. O(slots log slots).
 */
export function decideFirst(slots: readonly SlotRecord[]): Decision {
  const winner = ended(slots, 'valid')[0]
  if (winner !== undefined) return { kind: 'commit', winner }
  const last = ended(slots, 'failed').at(-1)
  const open = slots.some((slot) => standingOf(slot.state) === 'pending')
  return open || last === undefined ? { kind: 'pending' } : { kind: 'fail', last }
}

/** What a slot brings to the decision: a claim, a failure, hope, or nothing. */
type Standing = 'valid' | 'failed' | 'pending' | 'out'

function standingOf(state: SlotState): Standing {
  switch (state) {
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
    case 'lost':
    case 'cancelled':
      return 'out'
    default:
      return unreachable(state)
  }
}

/** Slots of this standing in the order in which they ended, the lower clone first. */
function ended(slots: readonly SlotRecord[], standing: 'valid' | 'failed'): readonly SlotRecord[] {
  const endMs = (slot: SlotRecord): number => slot.endedAtMs as number
  return slots
    .filter((slot) => standingOf(slot.state) === standing)
    .toSorted((a, b) => endMs(a) - endMs(b) || a.clone - b.clone)
}
