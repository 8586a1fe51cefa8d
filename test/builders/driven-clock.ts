import type { AlarmClock } from '#adapters/local/alarm-clock.ts'

/** A clock that stands until it is told to go on. */
export interface DrivenClock extends AlarmClock {
  /**
   * Goes on by `ms`, alarm by alarm in order of their times (equal ones in the order they were set), letting
   * promises settle after each, so that what an alarm sets off may set the next one.
   */
  advance(ms: number): Promise<void>
  /** Goes on to the next alarm until none is set or `limitMs` has gone by. */
  runOut(limitMs?: number): Promise<void>
  /** How many alarms are set. */
  readonly pending: number
}

interface Alarm {
  readonly atMs: number
  readonly ring: () => void
}

/** A clock that shows `startMs`. `settle` lets promises settle: by default those that wait for nothing from outside. */
export function createDrivenClock(startMs = 1_700_000_000_000, settle = settlePromises): DrivenClock {
  const alarms = new Set<Alarm>()
  let nowMs = startMs

  const next = (untilMs: number): Alarm | undefined => {
    let first: Alarm | undefined
    for (const alarm of alarms) {
      if (alarm.atMs <= untilMs && (first === undefined || alarm.atMs < first.atMs)) first = alarm
    }
    return first
  }

  const ringUntil = async (untilMs: number) => {
    await settle()
    for (let alarm = next(untilMs); alarm !== undefined; alarm = next(untilMs)) {
      alarms.delete(alarm)
      nowMs = Math.max(nowMs, alarm.atMs)
      alarm.ring()
      await settle()
    }
  }

  return {
    nowMs: () => nowMs,
    at: (atMs, ring) => {
      const alarm = { atMs, ring }
      alarms.add(alarm)
      return () => {
        alarms.delete(alarm)
      }
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms
      await ringUntil(untilMs)
      nowMs = untilMs
    },
    runOut: (limitMs = Infinity) => ringUntil(nowMs + limitMs),
    get pending() {
      return alarms.size
    },
  }
}

/** Promises settle between two turns of the event loop. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
