import type { RunId } from '#core/run/ids.ts'
import type { Store } from '#ports/store.ts'

/** The last of those who wait for each run's ledger, by store. */
const lines = new WeakMap<Store, Map<RunId, Promise<unknown>>>()

/**
 * Does `act` once all that this process was to do before with the ledger of the run is done. A thousand bills of one moment
 * would otherwise each be written a hundred times over for the sake of one row; another process's writes are still met by
 * trying again.
 */
export async function inTurn<T>(store: Store, run: RunId, act: () => Promise<T>): Promise<T> {
  const line = lines.get(store) ?? new Map<RunId, Promise<unknown>>()
  lines.set(store, line)
  const before = line.get(run) ?? Promise.resolve()
  const mine = before.then(act, act)
  line.set(run, mine)
  try {
    return await mine
  } finally {
    if (line.get(run) === mine) line.delete(run)
  }
}
