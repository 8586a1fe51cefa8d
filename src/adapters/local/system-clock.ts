import type { AlarmClock, CancelAlarm } from '#adapters/local/alarm-clock.ts'

/** A timeout beyond this many ms would ring at once. */
const longestTimeoutMs = 2 ** 31 - 1

/** Wall time of this machine. */
export function createSystemClock(): AlarmClock {
  return createTimeoutClock(Date.now, 1)
}

/**
 * A clock whose alarms are timeouts of the process. `nowMs` advances `factor` ms in each ms of wall time. A timeout
 * that is too long, or fires early (it is counted on another clock), is set again for the rest.
 */
export function createTimeoutClock(nowMs: () => number, factor: number): AlarmClock {
  return {
    nowMs,
    at: (atMs, ring) => {
      let cancel: CancelAlarm
      const wake = () => (nowMs() >= atMs ? ring() : wait())
      const wait = () => {
        const leftMs = Math.max(0, Math.ceil((atMs - nowMs()) / factor))
        if (leftMs === 0) {
          // A timeout takes a millisecond at least. Not unref'd: such an immediate waits until something else wakes the loop.
          const immediate = setImmediate(wake)
          cancel = () => clearImmediate(immediate)
          return
        }
        const timeout = setTimeout(wake, Math.min(leftMs, longestTimeoutMs)).unref()
        cancel = () => clearTimeout(timeout)
      }
      wait()
      return () => cancel()
    },
  }
}
