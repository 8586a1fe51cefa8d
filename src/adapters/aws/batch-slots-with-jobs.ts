import type { SlotRecord } from '#core/run/slot.ts'
import type { Store } from '#ports/store.ts'

const pageSize = 1_000

/**
 * The slots whose jobs have not ended, by the rows of the store: also those whose jobs are not in Batch yet. O(slots with a job).
 */
export async function slotsWithJobs({ rows }: Pick<Store, 'rows'>): Promise<readonly SlotRecord[]> {
  const held: SlotRecord[] = []
  let after: string | undefined
  do {
    const page = await rows.busy({ limit: pageSize, ...(after !== undefined && { after }) })
    held.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return held
}
