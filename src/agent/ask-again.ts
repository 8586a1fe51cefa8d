import type { AgentClock } from '#agent/clone-job.ts'

/** How long, and how, a call is made again. */
export interface Patience {
  readonly clock: AgentClock
  /** From 0 to below 1: draws each wait, so that many agents do not ask in step. */
  readonly random: () => number
  /** Once it is aborted, nobody asks any more. */
  readonly signal: AbortSignal
  /** Nor so many seconds after the first call. */
  readonly forS: number
}

const firstWaitMs = 500
/** Waits double up to this. */
export const longestWaitMs = 15_000

/**
 * Makes a call until it is answered, whatever the answer is. One that rejects was not answered, and nobody knows whether it
 * was heard: only what may be asked twice is asked so. Waits double from half a second on, each drawn from its upper half.
 * @throws what the last call did, once its time is over.
 */
export async function askAgain<T>(ask: () => Promise<T>, { clock, random, signal, forS }: Patience): Promise<T> {
  const untilMs = clock.nowMs() + forS * 1000
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await ask()
    } catch (error) {
      const atMs = clock.nowMs() + (waitMs * (1 + random())) / 2
      if (atMs >= untilMs || (await isAbortedBy(atMs, clock, signal))) throw error
    }
  }
}

/** Waits until `atMs`, or until the signal is aborted: whichever is first. */
async function isAbortedBy(atMs: number, clock: AgentClock, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return true
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.at(atMs, resolve)
  const onAbort = () => resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  await promise
  cancel()
  signal.removeEventListener('abort', onAbort)
  return signal.aborted
}
