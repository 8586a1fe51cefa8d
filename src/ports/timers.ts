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

/** Timers to the second or better. One that is set again, or for long, may ring twice; so what it leads to is safe to repeat. */
export interface Timers {
  set(timer: Timer): Promise<void>
}
