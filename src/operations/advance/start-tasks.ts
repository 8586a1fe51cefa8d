import type { RunId } from '#core/run/ids.ts'
import { readyTasks } from '#operations/advance/ready-tasks.ts'
import { skipTask } from '#operations/advance/skip-task.ts'
import type { Work } from '#operations/advance/work.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { startExecutions } from '#operations/start-executions.ts'

/** Starts tasks that became ready together as one frontier; tasks with a list expand instead. */
export async function startTasks(
  ports: Ports,
  run: RunId,
  work: Extract<Work, { kind: 'start' }>,
): Promise<readonly Work[]> {
  if (work.failed.length > 0) {
    for (const task of work.tasks) {
      await skipTask(ports, run, { id: task, task, index: null, failed: work.failed })
    }
    return work.tasks.map((task): Work => ({ kind: 'ended', task }))
  }
  const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
  const repeated = (task: string): boolean => readiness.tasks.get(task)?.forEach !== undefined
  const plain = work.tasks.filter((task) => !repeated(task)).map((task) => ({ task }))
  await startExecutions(ports, run, await readyTasks(ports, run, plain))
  return work.tasks.filter(repeated).map((task): Work => ({ kind: 'expand', task }))
}
