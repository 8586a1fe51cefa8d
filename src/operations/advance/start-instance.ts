import { instanceId, type RunId } from '#core/run/ids.ts'
import { itemsOf } from '#operations/advance/items-of.ts'
import { readyTasks } from '#operations/advance/ready-tasks.ts'
import { skipTask } from '#operations/advance/skip-task.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { startExecutions } from '#operations/start-executions.ts'

/** Starts one element-wise instance, whose elements have all ended. */
export async function startInstance(
  ports: Ports,
  run: RunId,
  work: Extract<Work, { kind: 'start-instance' }>,
): Promise<readonly Work[]> {
  const { task, index, failed } = work
  if (failed.length > 0) {
    const id = instanceId(task, index)
    await skipTask(ports, run, { id, task, index, failed })
    return [{ kind: 'ended', task: id }]
  }
  const items = await itemsOf(ports, (await readRun(ports.store, run)).value, task)
  const item = items.ok ? items.value[index] : undefined
  if (item === undefined) throw new Error(`${instanceId(task, index)} is not in the list of ${task}`)
  await startExecutions(ports, run, await readyTasks(ports, run, [{ task, item }]))
  return []
}
