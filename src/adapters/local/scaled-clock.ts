import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { createTimeoutClock } from '#adapters/local/system-clock.ts'

/**
 * Wall time that goes `factor` times as fast from now on, in whole ms. What is emulated is over sooner; what really
 * runs is not, and seems to take `factor` times as long. @throws when `factor` is not above 0.
 */
export function createScaledClock(factor: number, wallMs: () => number = Date.now): AlarmClock {
  if (!(factor > 0)) throw new RangeError(`a clock cannot go ${factor} times as fast`)
  const startMs = wallMs()
  return createTimeoutClock(() => startMs + Math.floor((wallMs() - startMs) * factor), factor)
}
