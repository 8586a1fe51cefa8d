import { err, ok, type Result } from '#core/result.ts'
import { instanceId, type RunId } from '#core/run/ids.ts'
import { leftBy } from '#core/run/left-by.ts'
import { eachUpstreams, type Readiness } from '#core/run/readiness.ts'
import { change } from '#core/run/record.ts'
import { isTaskTerminal, type TaskRecord } from '#core/run/task.ts'
import { tolerated } from '#core/workflow/tolerance.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { leftNoResult } from '#operations/advance/left-no-result.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'

/**
 * All instances have ended: so has the task, with a result unless more of them failed than it tolerates. That of a run which
 * is being cancelled is left to the cancel.
 */
export async function endExpansion(
  ports: Pick<Ports, 'store' | 'clock' | 'definitions'>,
  run: RunId,
  id: string,
  failed: readonly string[],
): Promise<void> {
  const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
  const expansion = await ports.store.rows.get(run, 'task', id)
  if (expansion === undefined) throw new Error(`instances of ${id} have ended, and it has no row`)
  if (isTaskTerminal(expansion.value.state)) return
  const verdict = await verdictOf(ports, readiness, expansion.value, failed)
  await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'task', id)
    if (stored === undefined || isTaskTerminal(stored.value.state)) return { done: undefined }
    const current = await readRun(ports.store, run)
    if (current.value.state !== 'running') return { done: undefined }
    const atMs = ports.clock.nowMs()
    const event = verdict.ok
      ? ({ type: 'task.committed', atMs, outputs: {}, decision: verdict.value } as const)
      : ({ type: 'task.failed', atMs, error: verdict.error } as const)
    return { write: [change('task', id, stored, event)], checks: [asRead(current)], value: undefined }
  })
}

/**
 * Words for a result, or for a failure. Instances that failed by themselves are counted against what is tolerated. Those
 * that were skipped since an element failed count only if that was not tolerated where it happened. O(failed).
 */
async function verdictOf(
  ports: Pick<Ports, 'store'>,
  readiness: Readiness,
  { run, id, instances }: TaskRecord,
  failed: readonly string[],
): Promise<Result<string | null, string>> {
  if (failed.length === 0) return ok(null)
  const task = readiness.tasks.get(id) as Task
  const own: string[] = []
  let inherited = 0
  for (const member of failed) {
    const row = await ports.store.rows.get(run, 'task', member)
    if (row?.value.state === 'skipped' && row.value.skippedFor === 'failure') inherited += 1
    else own.push(member)
  }
  const allowed = tolerated(task.tolerate, instances ?? 0)
  if (own.length > allowed) {
    return err(
      allowed === 0 ? leftNoResult(own) : `${leftNoResult(own)}: ${own.length} failed, ${allowed} are tolerated`,
    )
  }
  if (inherited > 0) {
    for (const upstream of eachUpstreams(task)) {
      if (await isObstacle(ports, readiness, run, upstream)) return err(leftNoResult([upstream]))
    }
  }
  return ok(own.length === 0 ? null : `${own.length} of ${instances} instances failed, ${allowed} are tolerated`)
}

/** Whether a task whose instances have all ended left a failure; its own row may not say so yet. */
async function isObstacle(ports: Pick<Ports, 'store'>, readiness: Readiness, run: RunId, id: string): Promise<boolean> {
  const task = readiness.tasks.get(id) as Task
  const row = await ports.store.rows.get(run, 'task', id)
  if (row === undefined) throw new Error(`instances of ${id} have ended, and it has no row`)
  const left = leftBy(row.value, task)
  if (left !== undefined) return left.failure
  const failed: string[] = []
  for (let index = 0; index < (row.value.instances ?? 0); index += 1) {
    const instance = await ports.store.rows.get(run, 'task', instanceId(id, index))
    if (instance === undefined || leftBy(instance.value, task)?.failure !== false) failed.push(instanceId(id, index))
  }
  return !(await verdictOf(ports, readiness, row.value, failed)).ok && !task.allowFailure
}
