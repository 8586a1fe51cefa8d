import type { RunId } from '#core/run/ids.ts'
import { leftBy } from '#core/run/left-by.ts'
import { instanceMemberships } from '#core/run/readiness.ts'
import type { TaskRecord } from '#core/run/task.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/**
 * Marks a task that has ended in every group that it is a member of; a failure that stops the run does so first. One that
 * has not ended marks nothing.
 */
export async function markEnded(
  ports: Pick<Ports, 'store' | 'definitions'>,
  run: RunId,
  id: string,
): Promise<readonly Work[]> {
  const row = await ports.store.rows.get(run, 'task', id)
  if (row === undefined) return []
  const { value: record } = await readRun(ports.store, run)
  const { readiness, workflow } = await ports.definitions.workflow(record)
  const definition = readiness.tasks.get(row.value.task) as Task
  const left = leftBy(row.value, definition)
  if (left === undefined) return []
  const { task, index, instances } = row.value
  const works: Work[] = []
  if (left.failure && record.stopping === null && stops(workflow, definition, row.value)) {
    works.push({ kind: 'stop', reason: `${id} failed, and failures stop this run` })
  }
  if (index !== null) {
    const expansion = await ports.store.rows.get(run, 'task', task)
    const count = expansion?.value.instances
    if (count == null) throw new Error(`${id} has ended, and ${task} is not expanded`)
    works.push({ kind: 'mark', memberships: instanceMemberships(readiness, task, index, count), left })
    return works
  }
  // A task with a list that was skipped never says how long the list is; whoever follows it is skipped too.
  if (instances === null) {
    works.push({ kind: 'mark', memberships: readiness.memberships.get(`${id}[]`) ?? [], left })
  }
  works.push({ kind: 'mark', memberships: readiness.memberships.get(id) ?? [], left })
  return works
}

/** Whether it is this failure that stops the run: that of an instance counts in its task while some are tolerated. */
function stops({ onFailure }: Workflow, { tolerate }: Task, { state, index }: TaskRecord): boolean {
  if (onFailure !== 'stop' || state !== 'failed') return false
  return index === null || (tolerate.kind === 'count' ? tolerate.count : tolerate.percent) === 0
}
