import type { SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'

const pageSize = 500

/** Slots of all runs that hold a job. */
export async function* busySlots({ store }: Pick<Ports, 'store'>): AsyncGenerator<SlotRecord> {
  let after: string | undefined
  do {
    const page = await store.rows.busy({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}
