import type { Left } from '#core/run/group.ts'
import type { TaskRecord } from '#core/run/task.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Task } from '#core/workflow/workflow.ts'

const result: Left = { failure: false, nothing: false }
const nothing: Left = { failure: false, nothing: true }
const failure: Left = { failure: true, nothing: false }

/**
 * What a task that has ended leaves to those that follow it. A failure that is allowed is nothing; one of an instance
 * counts in its task, which may tolerate it. `undefined` while it has not ended.
 */
export function leftBy(row: TaskRecord, task: Pick<Task, 'allowFailure'>): Left | undefined {
  switch (row.state) {
    case 'committed':
      return result
    case 'failed':
    case 'cancelled':
      return task.allowFailure && row.index === null ? nothing : failure
    case 'skipped':
      return row.skippedFor === 'nothing' ? nothing : failure
    case 'pending':
    case 'ready':
    case 'running':
      return undefined
    default:
      return unreachable(row.state)
  }
}
