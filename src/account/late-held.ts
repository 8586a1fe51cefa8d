import { isBusy } from '#adapters/store/slot-index.ts'
import { slotKey } from '#core/run/ids.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { JobRequest } from '#ports/pools.ts'
import type { Store } from '#ports/store.ts'

/** Lists over all runs follow the rows by moments; after so long they surely have. */
const lateMs = 15_000

/** What a job holds. */
type Held = Pick<JobRequest, 'job' | 'pool' | 'resources'>

/**
 * Jobs that were just started. The list of slots with jobs is read now and then, and follows the rows by moments: whoever dispatches twice
 * in a moment would give away their room again. They are known to the process that started them, which nearly always is the one that
 * dispatches next; their own rows say whether they still hold it.
 */
export class LateHeld {
  readonly #store: Pick<Store, 'rows'>
  readonly #nowMs: () => number
  readonly #started = new Map<string, { readonly request: JobRequest; readonly atMs: number }>()

  constructor(options: { readonly store: Pick<Store, 'rows'>; readonly nowMs: () => number }) {
    this.#store = options.store
    this.#nowMs = options.nowMs
  }

  started(requests: readonly JobRequest[]): void {
    const atMs = this.#nowMs()
    for (const request of requests) this.#started.set(request.job, { request, atMs })
  }

  /** Those that are listed, and those that are not yet. */
  async and(listed: readonly SlotRecord[]): Promise<readonly Held[]> {
    const shown = listed.flatMap(({ job, pool, resources }) => (job === null ? [] : [{ job, pool, resources }]))
    const known = new Set(shown.map(({ job }) => job))
    const missing: JobRequest[] = []
    for (const [job, { request, atMs }] of this.#started) {
      if (atMs + lateMs <= this.#nowMs()) this.#started.delete(job)
      else if (!known.has(job)) missing.push(request)
    }
    const holding = await Promise.all(missing.map((request) => this.#holds(request)))
    return [...shown, ...missing.filter((_, index) => holding[index])]
  }

  async #holds({ job, slot }: JobRequest): Promise<boolean> {
    const row = await this.#store.rows.get(slot.run, 'slot', slotKey(slot))
    const holds = row?.value.job === job && isBusy(row.value)
    if (!holds) this.#started.delete(job)
    return holds
  }
}
