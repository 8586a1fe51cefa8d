import { defaultGraceS, type AgentClock } from '#agent/clone-job.ts'
import type { StopReason } from '#contract/stop-reason.ts'

/** What tells a container that it ends. */
export interface EndSources {
  readonly clock: AgentClock
  /** When it started, in ms since 1970. */
  readonly startedAtMs: number
  /** Calls back when the platform says so. */
  readonly onTerm: (tell: () => void) => void
  /** Calls back when its host has notice, with when that is taken away; returns what ends the watch. */
  readonly onNotice: (tell: (atMs: number) => void) => () => void
}

/** The signal that a container's clone ends by. */
export interface ContainerEnd {
  readonly signal: AbortSignal
  readonly close: () => void
}

/** From what its platform says to the death of a container it has 30 seconds; so many of a reclaimed host's are kept for the end, too. */
const reserveMs = 30_000

/**
 * Ends a clone when the platform says so, or in time before its host is taken away: what has run for a shorter time than is left may go
 * on to the last moment; what has run for longer will hardly end by itself in time, and its next attempt waits for this one.
 */
export function containerEnd({ clock, startedAtMs, onTerm, onNotice }: EndSources): ContainerEnd {
  const told = new AbortController()
  const end = (reason: StopReason): void => told.abort(reason)
  let isNoticed = false
  let cancel: () => void = () => undefined
  onTerm(() => end({ kind: isNoticed ? 'reclaim' : 'stop', graceS: defaultGraceS }))
  const unwatch = onNotice((atMs) => {
    isNoticed = true
    const nowMs = clock.nowMs()
    const lastMs = atMs - reserveMs
    const endsAtMs = nowMs - startedAtMs < lastMs - nowMs ? lastMs : nowMs
    cancel = clock.at(endsAtMs, () => end({ kind: 'reclaim', graceS: defaultGraceS }))
  })
  return {
    signal: told.signal,
    close: () => {
      unwatch()
      cancel()
    },
  }
}
