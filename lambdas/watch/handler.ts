import type { Ports } from '#operations/ports.ts'
import { watch } from '#operations/watch.ts'
import type { WatchSwitch } from '#ports/watch-switch.ts'
import type { WorkQueue } from '#ports/work-queue.ts'

/**
 * Seconds after the watch was turned off in which a run that was submitted meanwhile is surely listed, and its own turning on surely done:
 * lists of runs follow the rows by moments, and a call is tried for some 60 s.
 */
const lookAgainS = 120

/**
 * The watch, each minute while runs are active. When none is, it turns itself off; whoever submits turns it on first, and then writes the
 * run. Should that fall together, the look that was arranged for beforehand turns it on again: so no run is left without.
 */
export function watchHandler(
  ports: Ports & { readonly work: WorkQueue; readonly watchSwitch: WatchSwitch },
): () => Promise<{ readonly active: boolean }> {
  return async () => {
    await watch(ports)
    const { items } = await ports.store.rows.active({ limit: 1 })
    if (items.length > 0) return { active: true }
    await ports.work.put({ kind: 'look-for-runs' }, lookAgainS)
    await ports.watchSwitch.off()
    return { active: false }
  }
}
