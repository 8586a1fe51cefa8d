import type { AlarmClock, CancelAlarm } from '#adapters/local/alarm-clock.ts'
import { availableAt, nextChangeMs, type ReclaimTrace } from '#core/pools/reclaim-trace.ts'

/**
 * Plays a trace from now on: says at once whether hosts can be had, then each change, in order and none left out even
 * when an alarm is late. Returns what ends it.
 */
export function followTrace(clock: AlarmClock, trace: ReclaimTrace, turn: (available: boolean) => void): CancelAlarm {
  const startMs = clock.nowMs()
  let cancel: CancelAlarm = () => undefined

  const waitFrom = (elapsedMs: number) => {
    const nextMs = nextChangeMs(trace, elapsedMs)
    if (nextMs === null) return
    cancel = clock.at(startMs + nextMs, () => {
      turn(availableAt(trace, nextMs))
      waitFrom(nextMs)
    })
  }

  turn(availableAt(trace, 0))
  waitFrom(0)
  return () => cancel()
}
