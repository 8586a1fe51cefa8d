import { slotKey, type RunId } from '#core/run/ids.ts'
import type { Stored } from '#core/run/record.ts'
import type { AttemptRecord } from '#core/run/task.ts'
import type { Store } from '#ports/store.ts'

/** The slots of an attempt, by clone: they were made in one write with it. */
export async function slotsOf(
  store: Pick<Store, 'rows'>,
  run: RunId,
  task: string,
  { number, slots }: Pick<AttemptRecord, 'number' | 'slots'>,
): Promise<readonly Stored<'slot'>[]> {
  const keys = Array.from({ length: slots }, (_, clone) => slotKey({ task, attempt: number, clone }))
  const rows = await Promise.all(keys.map((key) => store.rows.get(run, 'slot', key)))
  return rows.filter((row) => row !== undefined)
}
