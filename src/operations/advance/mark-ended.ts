import type { RunId } from '#core/run/ids.ts'
import { instanceMemberships } from '#core/run/readiness.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** Marks a task that has ended in every group that it is a member of. One that has not ended marks nothing. */
export async function markEnded(
  ports: Pick<Ports, 'store' | 'definitions'>,
  run: RunId,
  id: string,
): Promise<readonly Work[]> {
  const row = await ports.store.rows.get(run, 'task', id)
  if (row === undefined || !isTaskTerminal(row.value.state)) return []
  const { task, index, state, instances } = row.value
  const ok = state === 'committed'
  const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
  if (index !== null) {
    const expansion = await ports.store.rows.get(run, 'task', task)
    const count = expansion?.value.instances
    if (count == null) throw new Error(`${id} has ended, and ${task} is not expanded`)
    return [{ kind: 'mark', memberships: instanceMemberships(readiness, task, index, count), ok }]
  }
  const marks: Work[] = [{ kind: 'mark', memberships: readiness.memberships.get(id) ?? [], ok }]
  // A task with a list that was skipped never says how long the list is; whoever follows it is skipped too.
  if (instances === null) {
    marks.unshift({ kind: 'mark', memberships: readiness.memberships.get(`${id}[]`) ?? [], ok: false })
  }
  return marks
}
