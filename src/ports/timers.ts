import type { RunId, SlotRef } from '#core/run/ids.ts'

/**
 * A moment at which something is looked at again. `hedge`: a standby slot may be called up. `backoff`: a slot may start.
 * `lease`: a clone may have lost its lease. `timeout`: a clone should have ended. `run-timeout`: so should a run.
 */
export type Timer =
  | {
      readonly kind: 'hedge' | 'backoff' | 'lease' | 'timeout'
      readonly slot: SlotRef
      readonly atMs: number
    }
  | { readonly kind: 'run-timeout'; readonly run: RunId; readonly atMs: number }

/** Timers to the second or better; setting the same one again is no second timer. */
export interface Timers {
  set(timer: Timer): Promise<void>
}
