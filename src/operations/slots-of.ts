import type { RunId } from '#core/run/ids.ts'
import type { Stored } from '#core/run/record.ts'
import type { Store } from '#ports/store.ts'

/** More than any attempt has; a page holds them all. */
const most = 100

/** The slots of an attempt, by clone. */
export async function slotsOf(
  store: Pick<Store, 'rows'>,
  run: RunId,
  task: string,
  attempt: number,
): Promise<readonly Stored<'slot'>[]> {
  const page = await store.rows.list(run, 'slot', { prefix: `${task}/${attempt}/`, limit: most })
  return page.items.toSorted((a, b) => a.value.clone - b.value.clone)
}
