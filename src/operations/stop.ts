import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import type { Work } from '#operations/advance/work.ts'
import { cancelTask } from '#operations/cancel.ts'
import { everyRow } from '#operations/every-row.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/**
 * Stops a run: what runs is cancelled, what is still to come is skipped, but for tasks that are `always` to run; the run
 * then ends as failed. Gives what follows from the tasks that were cancelled. On a run that is stopping it goes on with it.
 */
export async function stop(ports: Ports, run: RunId, reason: string): Promise<readonly Work[]> {
  const stopping = await optimistic<string | null>(ports.store, run, async () => {
    const current = await readRun(ports.store, run)
    if (current.value.state !== 'running' || current.value.stopping !== null) return { done: current.value.stopping }
    const event = { type: 'run.stopping', atMs: ports.clock.nowMs(), reason } as const
    return { write: [change('run', 'run', current, event)], value: reason }
  })
  if (stopping === null) return []
  const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
  const following: Work[] = []
  for await (const { id, value } of everyRow(ports.store, run, 'task')) {
    // An expansion ends with its instances.
    if (isTaskTerminal(value.state) || value.instances !== null) continue
    if (readiness.tasks.get(value.task)?.always === true) continue
    await cancelTask(ports, run, id, stopping)
    following.push({ kind: 'ended', task: id })
  }
  return following
}
