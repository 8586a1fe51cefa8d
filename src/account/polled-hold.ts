import { setTimeout as wait } from 'node:timers/promises'
import type { ApiPorts } from '../../lambdas/api/api-ports.ts'

/** How often what is followed is read again. */
const lookEveryMs = 1_000

/** Waits of requests that follow something: nobody tells functions of news, so they look again, until the time is over. */
export function polledHold(nowMs: () => number, everyMs: number = lookEveryMs): ApiPorts['hold'] {
  return (forS) => {
    const untilMs = nowMs() + forS * 1000
    const over = new AbortController()
    return {
      async news() {
        const leftMs = untilMs - nowMs()
        if (leftMs <= 0 || over.signal.aborted) return false
        try {
          await wait(Math.min(everyMs, leftMs), undefined, { signal: over.signal })
        } catch {
          return false
        }
        return nowMs() < untilMs
      },
      release: () => over.abort(),
    }
  }
}
