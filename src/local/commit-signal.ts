import type { Store } from '#ports/store.ts'

/** Wakes those who follow the events of runs, and tells them when the engine has broken down. */
export interface CommitSignal {
  /** Resolves once there was a commit, and all that became durable with it. Rejects with the engine's fault, now or when it comes. */
  next(): Promise<void>
  committed(): void
  fail(fault: unknown): void
}

/** Between two wakes: a follower reads what was written meanwhile at once, which costs far less than piece by piece. */
const apartMs = 10

/** A signal that has seen nothing yet. */
export function commitSignal(): CommitSignal {
  let wake = Promise.withResolvers<void>()
  // A fault with no follower is kept for the next one; it is no unhandled rejection.
  wake.promise.catch(() => {})
  let failed = false
  let due = false
  let wokeAtMs = -Infinity
  return {
    next: () => wake.promise,
    committed() {
      if (failed || due) return
      due = true
      const tell = (): void => {
        due = false
        if (failed) return
        wokeAtMs = performance.now()
        const { resolve } = wake
        wake = Promise.withResolvers<void>()
        wake.promise.catch(() => {})
        resolve()
      }
      const waitMs = wokeAtMs + apartMs - performance.now()
      // Commits of one transaction are told one by one, and are read together.
      if (waitMs > 0) setTimeout(tell, waitMs)
      else setImmediate(tell)
    },
    fail(fault) {
      failed = true
      wake.reject(fault)
    },
  }
}

/** The store, with every commit that was written announced. */
export function announceCommits(store: Store, signal: CommitSignal): Store {
  const { rows } = store
  return {
    log: store.log,
    history: store.history,
    rows: {
      get: (run, kind, id) => rows.get(run, kind, id),
      list: (run, kind, options) => rows.list(run, kind, options),
      waiting: (limit) => rows.waiting(limit),
      busy: (page) => rows.busy(page),
      runs: (tenant, page) => rows.runs(tenant, page),
      active: (page) => rows.active(page),
      async commit(run, changes, checks) {
        const result = await rows.commit(run, changes, checks)
        if (result.ok) signal.committed()
        return result
      },
    },
  }
}
