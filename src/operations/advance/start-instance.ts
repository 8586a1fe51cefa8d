import { instanceId, type RunId } from '#core/run/ids.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { itemsOf } from '#operations/advance/items-of.ts'
import { obstacleOf } from '#operations/advance/obstacle.ts'
import { readyTasks } from '#operations/advance/ready-tasks.ts'
import { skipTask } from '#operations/advance/skip-task.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** Starts one element-wise instance, whose elements have all ended. */
export async function startInstance(
  ports: Ports,
  run: RunId,
  work: Extract<Work, { kind: 'start-instance' }>,
): Promise<readonly Work[]> {
  const { task, index, without } = work
  const { value: record } = await readRun(ports.store, run)
  const { readiness } = await ports.definitions.workflow(record)
  const obstacle = obstacleOf(readiness.tasks.get(task) as Task, without)
  if (obstacle !== undefined) {
    const id = instanceId(task, index)
    await skipTask(ports, run, { id, task, index, obstacle })
    return [{ kind: 'ended', task: id }]
  }
  const items = await itemsOf(ports, record, task)
  const item = items.ok ? items.value[index] : undefined
  if (item === undefined) throw new Error(`${instanceId(task, index)} is not in the list of ${task}`)
  return readyTasks(ports, run, [{ task, item }])
}
