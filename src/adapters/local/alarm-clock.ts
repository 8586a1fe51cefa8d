import type { Clock } from '#ports/clock.ts'

/** A clock that also calls back: emulated pools and timers run on one, so that scaling or driving it moves both. */
export interface AlarmClock extends Clock {
  /**
   * Calls `ring` once, at `atMs` by this clock or as soon after as may be, never early and never within this call. It
   * does not keep the process alive: whoever waits for one has to.
   */
  at(atMs: number, ring: () => void): CancelAlarm
}

/** Stops an alarm that has not rung; otherwise nothing. */
export type CancelAlarm = () => void
