import { dependenciesOf } from '#core/graph/graph.ts'
import { canonicalHash } from '#core/hash.ts'
import { instanceId, taskOf, type RunId } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { TaskRecord } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { Ports } from '#operations/ports.ts'

/** A result that is taken over, and the run that left it. */
export interface Reused {
  readonly outputs: Manifest
  readonly from: RunId
}

/** Says what is taken over of a task, or of an instance with its key and values. */
export type Reuses = (
  run: RunRecord,
  task: Task,
  id: string,
  what: Pick<TaskRecord, 'key' | 'values'>,
) => Promise<Reused | undefined>

/**
 * What a retry takes over: a result that was committed there, of a task that is not forced, whose item is the same and whose
 * predecessors have been taken over too, or skipped as they were there. Looks at each predecessor once.
 */
export function reuses(ports: Pick<Ports, 'store'>, id: RunId): Reuses {
  const known = new Map<string, Promise<boolean>>()
  const taken = (before: RunId, task: string): Promise<boolean> => {
    const found = known.get(task) ?? isTaken(ports, id, before, task)
    known.set(task, found)
    return found
  }
  return async ({ retry }, task, instance, { key, values }) => {
    if (retry === null || retry.force.includes(task.id)) return undefined
    const old = (await ports.store.rows.get(retry.run, 'task', instance))?.value
    if (old?.state !== 'committed' || old.instances !== null || old.outputs === null) return undefined
    if (canonicalHash({ key, values }) !== canonicalHash({ key: old.key, values: old.values })) return undefined
    const index = instance === task.id ? undefined : instance.slice(task.id.length)
    for (const { task: before, kind } of dependenciesOf(task)) {
      if (!(await taken(retry.run, kind === 'each' ? `${before}${index}` : before))) return undefined
    }
    return { outputs: old.outputs, from: old.reusedFrom ?? retry.run }
  }
}

/** Whether a task that has ended is as it was in the run before: all of it, for one with instances. */
async function isTaken(ports: Pick<Ports, 'store'>, run: RunId, before: RunId, id: string): Promise<boolean> {
  const row = (await ports.store.rows.get(run, 'task', id))?.value
  if (row === undefined) return false
  if (row.reusedFrom !== null) return true
  if (row.state === 'skipped') return (await ports.store.rows.get(before, 'task', id))?.value.state === 'skipped'
  if (row.instances === null) return false
  for (let index = 0; index < row.instances; index += 1) {
    if (!(await isTaken(ports, run, before, instanceId(taskOf(id), index)))) return false
  }
  return row.state === 'committed'
}
