import type { RunId } from '#core/run/ids.ts'
import { expansionMemberships, eachUpstreams } from '#core/run/readiness.ts'
import { change } from '#core/run/record.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { itemsOf } from '#operations/advance/items-of.ts'
import { readyTasks } from '#operations/advance/ready-tasks.ts'
import type { Work } from '#operations/advance/work.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'

/**
 * Writes how many instances a `forEach` task has, then starts them: at once, or (element-wise) each when its elements have
 * ended. No items: the task is committed with nothing. A list that can't be expanded fails the task.
 */
export async function expandTask(ports: Ports, run: RunId, id: string): Promise<readonly Work[]> {
  const { value: record } = await readRun(ports.store, run)
  const { readiness } = await ports.definitions.workflow(record)
  const task = readiness.tasks.get(id) as Task
  const items = await itemsOf(ports, record, id)
  const count = items.ok ? items.value.length : 0
  const expanded = await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'task', id)
    if (stored !== undefined) return { done: true }
    const current = await readRun(ports.store, run)
    if (current.value.state !== 'running') return { done: false }
    const atMs = ports.clock.nowMs()
    const known = { type: 'task.expanded', atMs, run, id, instances: count } as const
    const row = items.ok
      ? count > 0
        ? change('task', id, undefined, known)
        : change('task', id, undefined, known, { type: 'task.committed', atMs, outputs: {}, decision: null })
      : change('task', id, undefined, known, { type: 'task.failed', atMs, error: items.error })
    return { write: [row], checks: [asRead(current)], value: true }
  })
  if (!expanded) return []

  const known: Work = {
    kind: 'mark',
    memberships: readiness.memberships.get(`${id}[]`) ?? [],
    left: { failure: !items.ok && !task.allowFailure, nothing: !items.ok && task.allowFailure },
  }
  if (!items.ok || count === 0) return [known, { kind: 'ended', task: id }]
  if (eachUpstreams(task).length > 0) {
    const memberships = expansionMemberships(readiness, task, count)
    return [known, { kind: 'mark', memberships, left: { failure: false, nothing: false } }]
  }
  const ready = items.value.map((item) => ({ task: id, item }))
  return [...(await readyTasks(ports, run, ready)), known]
}
