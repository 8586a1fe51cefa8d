import { askAgain } from '#agent/ask-again.ts'
import type { AgentClock } from '#agent/clone-job.ts'
import type { CloneApi, LeaseRenewal } from '#contract/clone-api.ts'

/** A lease that is to be kept. */
export interface HeldLease {
  readonly api: Pick<CloneApi, 'renew'>
  readonly clock: AgentClock
  readonly random: () => number
  readonly renewal: LeaseRenewal
  readonly renewEveryS: number
  /** When it was asked for: it lasts at least from then on. */
  readonly askedAtMs: number
  /** Told once, with words for a person. */
  readonly onLost: (why: string) => void
}

/** A lease lasts as long as so many renewals are apart. */
const lasts = 3

/**
 * Renews a lease until it is told to stop. It is lost when a renewal is answered with no, or when none was answered for
 * as long as it lasts: a renewal that rejects is asked for again until then. Returns what stops it.
 */
export function keepLease(held: HeldLease): () => void {
  const { api, clock, random, renewal, renewEveryS, askedAtMs, onLost } = held
  const everyMs = renewEveryS * 1000
  const over = new AbortController()
  let cancelRenewal = (): void => undefined
  let cancelEnd = (): void => undefined

  const stop = (): void => {
    over.abort()
    cancelRenewal()
    cancelEnd()
  }
  const lose = (why: string): void => {
    if (over.signal.aborted) return
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
    let sentAtMs = clock.nowMs()
    const ask = (): Promise<boolean> => {
      sentAtMs = clock.nowMs()
      return api.renew(renewal)
    }
    try {
      const isHeld = await askAgain(ask, { clock, random, signal: over.signal, forS: lasts * renewEveryS })
      if (over.signal.aborted) return
      if (!isHeld) {
        lose('its renewal was refused')
        return
      }
      heldSince(sentAtMs)
      renewAt(sentAtMs + everyMs)
    } catch {
      // Let go meanwhile, or lost: the lease ends before nobody asks any more.
    }
  }

  heldSince(askedAtMs)
  renewAt(askedAtMs + everyMs)
  return stop
}
