import type { AlarmClock, CancelAlarm } from '#adapters/local/alarm-clock.ts'
import { slotKey } from '#core/run/ids.ts'
import type { Timer, Timers } from '#ports/timers.ts'

export interface LocalTimers extends Timers {
  /** Clears what has not rung and resolves when what has is done; later timers are not kept. */
  close(): Promise<void>
}

/**
 * Timers of this process, to the ms. They are not stored: whoever resumes a run sets its timers again. A timer whose
 * time has passed rings at once; one that is set again before it rang rings once. `onError` is told when `ring` fails.
 */
export function createLocalTimers(options: {
  readonly clock: AlarmClock
  readonly ring: (timer: Timer) => Promise<void>
  readonly onError: (error: unknown) => void
}): LocalTimers {
  const { clock, ring, onError } = options
  const set = new Map<string, CancelAlarm>()
  const ringing = new Set<Promise<void>>()
  let closed = false

  const rung = (timer: Timer) => {
    set.delete(keyOf(timer))
    const done = ring(timer)
      .catch(onError)
      .finally(() => ringing.delete(done))
    ringing.add(done)
  }

  return {
    set: async (timer) => {
      const key = keyOf(timer)
      if (closed || set.has(key)) return
      set.set(
        key,
        clock.at(timer.atMs, () => rung(timer)),
      )
    },
    close: async () => {
      closed = true
      for (const cancel of set.values()) cancel()
      set.clear()
      await Promise.all(ringing)
    },
  }
}

function keyOf(timer: Timer): string {
  const about = timer.kind === 'run-timeout' ? timer.run : `${timer.slot.run}/${slotKey(timer.slot)}`
  return `${about}/${timer.kind}/${timer.atMs}`
}
