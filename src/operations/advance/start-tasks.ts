import type { RunId } from '#core/run/ids.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { conditionOf } from '#operations/advance/condition-of.ts'
import { obstacleOf } from '#operations/advance/obstacle.ts'
import { readyTasks } from '#operations/advance/ready-tasks.ts'
import { skipTask } from '#operations/advance/skip-task.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** Starts tasks that became ready together as one frontier; tasks with a list expand instead, others are skipped. */
export async function startTasks(
  ports: Ports,
  run: RunId,
  work: Extract<Work, { kind: 'start' }>,
): Promise<readonly Work[]> {
  const { value: record } = await readRun(ports.store, run)
  const { readiness } = await ports.definitions.workflow(record)
  const plain: { readonly task: string }[] = []
  const following: Work[] = []
  for (const id of work.tasks) {
    const task = readiness.tasks.get(id) as Task
    const stopped = record.stopping !== null && !task.always && !(await isExpanded(ports, run, id))
    const obstacle =
      obstacleOf(task, work.without) ??
      (stopped ? ({ for: 'stop', why: record.stopping } as const) : await conditionOf(ports, record, task))
    if (obstacle !== undefined) {
      await skipTask(ports, run, { id, task: id, index: null, obstacle })
      following.push({ kind: 'ended', task: id })
    } else if (task.forEach !== undefined) following.push({ kind: 'expand', task: id })
    else plain.push({ task: id })
  }
  return [...(await readyTasks(ports, run, plain)), ...following]
}

/** Whether instances of the task were to come before the run was told to stop: they end the task, be it as skipped. */
async function isExpanded(ports: Pick<Ports, 'store'>, run: RunId, id: string): Promise<boolean> {
  const row = await ports.store.rows.get(run, 'task', id)
  return row !== undefined && row.value.instances !== null
}
