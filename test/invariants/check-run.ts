import type { RunId } from '#core/run/ids.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import { commitsTwice, outputsLost } from './commits.ts'
import { changedAfterTheEnd, rowsBesideTheLog } from './finality.ts'
import { historyOf, type RunHistory } from './history.ts'
import { costsThatDoNotAddUp, jobsOutlivingTheRun } from './jobs.ts'
import { startsOutOfOrder } from './order.ts'
import { leftWaiting } from './progress.ts'

/**
 * Every breach of a run's invariants that its event log, rows and objects show, each with the number it has in the
 * catalogue of invariants; none for a sound run.
 *
 * - I1 a task starts only after each predecessor is committed
 * - I2 at most one attempt of a task commits, and fences grow
 * - I3 a committed output is there, whole and unaltered
 * - I4 terminal states are final, and the log replayed from empty gives the stored rows
 * - I6 no job is alive after its run is terminal
 * - I7 each job is billed once, and bills sum to the run's cost
 * - I11 nothing waits for ever: a run that is looked at here has ended, with all its tasks
 */
export async function checkRun(
  store: Store,
  objects: ObjectStore,
  run: RunId,
  workflow: Workflow,
): Promise<readonly string[]> {
  const history = await historyOf(store, run, workflow)
  return [...breachesOf(history), ...(await outputsLost(history, objects))]
}

/** The breaches that log and rows show by themselves. */
export function breachesOf(history: RunHistory): readonly string[] {
  return [
    ...startsOutOfOrder(history),
    ...commitsTwice(history),
    ...changedAfterTheEnd(history),
    ...rowsBesideTheLog(history),
    ...jobsOutlivingTheRun(history),
    ...costsThatDoNotAddUp(history),
    ...leftWaiting(history),
  ]
}
