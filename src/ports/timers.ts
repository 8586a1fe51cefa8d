import type { SlotRef } from '#core/run/ids.ts'

/** A moment at which something about a slot is looked at again. */
export interface Timer {
  readonly slot: SlotRef
  readonly kind: 'hedge' | 'backoff'
  readonly atMs: number
}

/** Timers to the second or better; setting the same one again is no second timer. */
export interface Timers {
  set(timer: Timer): Promise<void>
}
