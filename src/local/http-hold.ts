import type { ApiPorts } from '../../lambdas/api/api-ports.ts'

/** Waits of requests that follow something. */
export interface HeldRequests {
  readonly hold: ApiPorts['hold']
  /** Ends all of them, and those to come at once. */
  readonly end: () => void
}

export function heldRequests(news: () => Promise<void>): HeldRequests {
  const open = new Set<() => void>()
  let ended = false
  return {
    hold(forS) {
      const over = Promise.withResolvers<boolean>()
      const finish = (): void => over.resolve(false)
      const timer = setTimeout(finish, forS * 1000)
      open.add(finish)
      if (ended) finish()
      return {
        news: () => Promise.race([news().then(() => true), over.promise]),
        release() {
          clearTimeout(timer)
          open.delete(finish)
          finish()
        },
      }
    },
    end: () => {
      ended = true
      for (const finish of open) finish()
    },
  }
}
