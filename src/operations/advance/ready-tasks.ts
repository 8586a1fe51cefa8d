import { instanceId, type RunId } from '#core/run/ids.ts'
import { change, type Change } from '#core/run/record.ts'
import type { TaskRecord } from '#core/run/task.ts'
import type { EachItem } from '#core/workflow/expand.ts'
import { newAttempt } from '#operations/advance/new-attempt.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'
import type { Start } from '#operations/start-executions.ts'
import { maxChanges } from '#ports/store.ts'

/** A task, or an instance with its item, that is to have its first attempt. */
export interface Ready {
  readonly task: string
  readonly item?: EachItem
}

/**
 * Writes the rows of tasks that became ready, each with its first attempt and slots, as many tasks a transaction as fit.
 * Rows that are there already stay as they are; the starts are given for them too, since their executions may be missing.
 * A run that does not run any more gets no rows.
 */
export async function readyTasks(ports: Ports, run: RunId, tasks: readonly Ready[]): Promise<readonly Start[]> {
  const starts: Start[] = []
  let rest = tasks
  while (rest.length > 0) {
    const taken = await optimistic(ports.store, run, () => decide(ports, run, rest))
    starts.push(...taken.starts)
    rest = rest.slice(taken.count)
  }
  return starts
}

async function decide(ports: Ports, run: RunId, tasks: readonly Ready[]) {
  const stored = await readRun(ports.store, run)
  if (stored.value.state !== 'running') return { done: { starts: [], count: tasks.length } }
  const plan = await ports.definitions.plan(stored.value)
  const atMs = ports.clock.nowMs()
  const write: Change[] = []
  const starts: Start[] = []
  let count = 0
  for (const { task, item } of tasks) {
    const placement = plan.placements[task]
    if (placement === undefined) throw new Error(`task ${task} has no placement`)
    const id = instanceId(task, item?.index)
    const attempt = newAttempt({
      run,
      task: id,
      number: 1,
      slots: placement.slots,
      placement,
      notBeforeMs: null,
      atMs,
    })
    const room = maxChanges - 1 - write.length
    if (attempt.slots.length + 1 > room) break
    count += 1
    const existing = await ports.store.rows.get(run, 'task', id)
    if (existing === undefined) {
      const ready = change(
        'task',
        id,
        undefined,
        {
          type: 'task.ready',
          atMs,
          run,
          id,
          task,
          index: item?.index ?? null,
          key: item?.key ?? null,
          values: item?.values ?? {},
        },
        { type: 'attempt.started', atMs, number: 1, slots: placement.slots.length },
      )
      write.push(ready, ...attempt.slots)
    }
    if (existing === undefined || isAtFirst(existing.value)) starts.push(attempt.start)
  }
  const value = { starts, count }
  return write.length === 0 ? { done: value } : { write, checks: [asRead(stored)], value }
}

/** Later attempts are started by whoever decided the one before. */
function isAtFirst(task: TaskRecord): boolean {
  return task.state === 'running' && task.attempts.length === 1
}
