import type { ObjectStore } from '#ports/object-store.ts'
import type { Rows, Store } from '#ports/store.ts'

/** What becomes of an engine at its n-th commit: it dies before or after that is durable, or lives on without it. */
export type Outage = 'dies before' | 'dies after' | 'is refused'

/** What an engine writes through until it comes to its end. */
export interface Doomed {
  readonly store: Store
  readonly objects: ObjectStore
  /** Commits that were asked for. */
  readonly commits: number
  /** Ends the engine if it has not come to its end. */
  kill(): void
}

/**
 * A store and objects for an engine that comes to grief at its n-th commit. After death no call comes back, as for a
 * killed process: nothing that waits for one goes on. `n` Infinity: never.
 */
export function doomed(kept: { readonly store: Store; readonly objects: ObjectStore }, n: number, how: Outage): Doomed {
  let commits = 0
  let over = false
  const gone = (): Promise<never> => new Promise(() => {})
  const guarded = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return (...args: readonly unknown[]): unknown => (over ? gone() : Reflect.apply(member, target, args))
      },
    })
  const rows: Rows = {
    ...bound(guarded(kept.store.rows)),
    async commit(run, changes, checks) {
      if (over) return gone()
      commits += 1
      if (commits !== n) return kept.store.rows.commit(run, changes, checks)
      if (how === 'is refused') throw new Error('the store refuses')
      over = true
      if (how === 'dies after') await kept.store.rows.commit(run, changes, checks)
      return gone()
    },
  }
  return {
    store: { rows, log: guarded(kept.store.log), history: guarded(kept.store.history) },
    objects: guarded(kept.objects),
    get commits() {
      return commits
    },
    kill() {
      over = true
    },
  }
}

/** All but `commit`, as plain functions. */
function bound(rows: Rows): Omit<Rows, 'commit'> {
  return {
    get: (run, kind, id) => rows.get(run, kind, id),
    list: (run, kind, options) => rows.list(run, kind, options),
    waiting: (limit) => rows.waiting(limit),
    busy: (page) => rows.busy(page),
    runs: (tenant, page) => rows.runs(tenant, page),
    active: (page) => rows.active(page),
  }
}
