import { instanceId, type RunId } from '#core/run/ids.ts'
import { change, type Change } from '#core/run/record.ts'
import { isTaskTerminal, type TaskRecord } from '#core/run/task.ts'
import type { EachItem } from '#core/workflow/expand.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { newAttempt } from '#operations/advance/new-attempt.ts'
import { reuses } from '#operations/advance/reuse.ts'
import type { Work } from '#operations/advance/work.ts'
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
 * Writes the rows of tasks that became ready, as many a transaction as fit: each with its first attempt and slots, or with
 * the result that a retried run left, or as skipped while the run is stopping; the attempts are to be started then. Rows that
 * are there already stay as they are, but what follows from them is done again. A run that does not run any more gets no rows.
 */
export async function readyTasks(ports: Ports, run: RunId, tasks: readonly Ready[]): Promise<readonly Work[]> {
  const starts: Start[] = []
  const ended: string[] = []
  const reused = reuses(ports, run)
  let rest = tasks
  while (rest.length > 0) {
    const taken = await optimistic(ports.store, run, () => decide(ports, run, rest, reused))
    starts.push(...taken.starts)
    ended.push(...taken.ended)
    rest = rest.slice(taken.count)
  }
  const following = ended.map((task): Work => ({ kind: 'ended', task }))
  return starts.length === 0 ? following : [{ kind: 'execute', starts }, ...following]
}

async function decide(ports: Ports, run: RunId, tasks: readonly Ready[], reused: ReturnType<typeof reuses>) {
  const stored = await readRun(ports.store, run)
  const starts: Start[] = []
  const ended: string[] = []
  if (stored.value.state !== 'running') return { done: { starts, ended, count: tasks.length } }
  const plan = await ports.definitions.plan(stored.value)
  const { readiness } = await ports.definitions.workflow(stored.value)
  const atMs = ports.clock.nowMs()
  const write: Change[] = []
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
    if (existing !== undefined) {
      if (isTaskTerminal(existing.value.state)) ended.push(id)
      else if (isAtFirst(existing.value)) starts.push(attempt.start)
      continue
    }
    const who = { atMs, run, id, task, index: item?.index ?? null }
    const what = { key: item?.key ?? null, values: item?.values ?? {} }
    const definition = readiness.tasks.get(task) as Task
    const before = await reused(stored.value, definition, id, what)
    if (before !== undefined) {
      write.push(change('task', id, undefined, { type: 'task.reused', ...who, ...what, ...before }))
      ended.push(id)
    } else if (stored.value.stopping !== null && !definition.always) {
      write.push(
        change('task', id, undefined, { type: 'task.skipped', ...who, for: 'stop', why: stored.value.stopping }),
      )
      ended.push(id)
    } else {
      const started = { type: 'attempt.started', atMs, number: 1, slots: placement.slots.length } as const
      write.push(change('task', id, undefined, { type: 'task.ready', ...who, ...what }, started), ...attempt.slots)
      starts.push(attempt.start)
    }
  }
  const value = { starts, ended, count }
  return write.length === 0 ? { done: value } : { write, checks: [asRead(stored)], value }
}

/** Later attempts are started by whoever decided the one before. */
function isAtFirst(task: TaskRecord): boolean {
  return task.state === 'running' && task.attempts.length === 1
}
