import type { RunId } from '#core/run/ids.ts'
import { isTaskTerminal, latestAttempt } from '#core/run/task.ts'
import { everyRow } from '#operations/every-row.ts'
import type { Store } from '#ports/store.ts'

/** Whether all that is left of a run that has not ended are attempts in doubt, and what follows them. O(tasks). */
export async function waitsForPerson(store: Pick<Store, 'rows'>, run: RunId): Promise<boolean> {
  let inDoubt = false
  for await (const { value: task } of everyRow(store, run, 'task')) {
    // An expansion ends with its instances.
    if (isTaskTerminal(task.state) || task.instances !== null) continue
    if (latestAttempt(task)?.state !== 'in-doubt') return false
    inDoubt = true
  }
  return inDoubt
}
