import type { SlotRecord } from '#core/run/slot.ts'

/** What the slots of an attempt come to. */
export type Decision =
  | { readonly kind: 'pending' }
  | { readonly kind: 'commit'; readonly winner: SlotRecord }
  /** No slot can come to a claim any more. `last` failed last. */
  | { readonly kind: 'fail'; readonly last: SlotRecord }

/**
 * Policy `first`: the first claim is the result; claims in the same millisecond go to the lower clone. The attempt fails
 * when every slot that became active has failed; a standby slot that never did does not count. O(slots).
 */
export function decideFirst(slots: readonly SlotRecord[]): Decision {
  const claims = slots.filter((slot) => slot.state === 'claimed')
  const winner = claims.toSorted(byEnd)[0]
  if (winner !== undefined) return { kind: 'commit', winner }
  const dead = slots.filter((slot) => slot.state === 'failed' || slot.state === 'fenced')
  const open = slots.some((slot) => slot.state === 'waiting' || slot.state === 'starting' || slot.state === 'running')
  const last = dead.toSorted(byEnd).at(-1)
  if (open || last === undefined) return { kind: 'pending' }
  return { kind: 'fail', last }
}

function byEnd(a: SlotRecord, b: SlotRecord): number {
  return (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0) || a.clone - b.clone
}
