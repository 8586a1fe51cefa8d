import type { AgentClock } from '#agent/clone-job.ts'
import type { CloneApi, LeaseRenewal } from '#contract/clone-api.ts'

/** A lease that is to be kept. */
export interface HeldLease {
  readonly api: Pick<CloneApi, 'renew'>
  readonly clock: AgentClock
  readonly renewal: LeaseRenewal
  readonly renewEveryS: number
  /** When it was asked for: it lasts at least from then on. */
  readonly askedAtMs: number
  /** Told once, with words for a person. */
  readonly onLost: (why: string) => void
}

/** A lease lasts as long as so many renewals are apart. */
const lasts = 3
/** A renewal that could not be made is tried again after this part of the time between two. */
const retryPart = 1 / 8

/**
 * Renews a lease until it is told to stop. It is lost when a renewal is answered with no, or when none was answered for
 * as long as it lasts: a renewal that rejects is tried again until then. Returns what stops it.
 */
export function keepLease({ api, clock, renewal, renewEveryS, askedAtMs, onLost }: HeldLease): () => void {
  const everyMs = renewEveryS * 1000
  let over = false
  let cancelRenewal = (): void => undefined
  let cancelEnd = (): void => undefined

  const stop = (): void => {
    over = true
    cancelRenewal()
    cancelEnd()
  }
  const lose = (why: string): void => {
    if (over) return
    stop()
    onLost(why)
  }
  const renewAt = (atMs: number): void => {
    cancelRenewal = clock.at(atMs, () => void renewNow())
  }
  const heldSince = (sinceMs: number): void => {
    cancelEnd()
    cancelEnd = clock.at(sinceMs + lasts * everyMs, () => lose(`not renewed for ${lasts * renewEveryS} s`))
  }
  const renewNow = async (): Promise<void> => {
    const sentAtMs = clock.nowMs()
    try {
      const isHeld = await api.renew(renewal)
      if (over) return
      if (!isHeld) {
        lose('its renewal was refused')
        return
      }
      heldSince(sentAtMs)
      renewAt(sentAtMs + everyMs)
    } catch {
      if (!over) renewAt(clock.nowMs() + everyMs * retryPart)
    }
  }

  heldSince(askedAtMs)
  renewAt(askedAtMs + everyMs)
  return stop
}
