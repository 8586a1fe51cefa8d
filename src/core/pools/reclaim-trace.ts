/** Whether a pool's hosts can be had, tick by tick: 1 yes, 0 no. After the last tick it begins again. */
export interface ReclaimTrace {
  /** Holds at least one 1. */
  readonly available: readonly (0 | 1)[]
  /** A whole number of at least 1. */
  readonly tickMs: number
}

/** Whether hosts can be had at a moment, counted from the start of the trace. */
export function availableAt(trace: ReclaimTrace, elapsedMs: number): boolean {
  return stateOf(trace, Math.floor(elapsedMs / trace.tickMs)) === 1
}

/**
 * The first moment after `elapsedMs` at which availability changes; `null` when it never does. A change to 0 takes
 * every host away. O(ticks until then).
 */
export function nextChangeMs(trace: ReclaimTrace, elapsedMs: number): number | null {
  const now = Math.floor(elapsedMs / trace.tickMs)
  for (let tick = now + 1; tick < now + trace.available.length; tick++) {
    if (stateOf(trace, tick) !== stateOf(trace, now)) return tick * trace.tickMs
  }
  return null
}

/** How often a host that can be had is taken away, per hour. */
export function reclaimsPerHour(trace: ReclaimTrace): number {
  const { available, tickMs } = trace
  const hours = (available.filter((state) => state === 1).length * tickMs) / 3_600_000
  const losses = available.filter((state, tick) => state === 1 && stateOf(trace, tick + 1) === 0).length
  return losses / hours
}

function stateOf(trace: ReclaimTrace, tick: number): 0 | 1 {
  return trace.available[tick % trace.available.length] as 0 | 1
}
