import { neededBy } from '#core/graph/needs.ts'
import { taskOf } from '#core/run/ids.ts'
import type { SkippedFor } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { leftNoResult, taskOfMark } from '#operations/advance/left-no-result.ts'
import type { Without } from '#operations/advance/work.ts'

/** Why a task will never be ready. */
export interface Obstacle {
  readonly for: SkippedFor
  readonly why: string
}

/**
 * What stands in the way of a task whose predecessors have all ended. A failure is an obstacle to whoever needs its task,
 * be it for order alone; nothing is one to whoever needs its data. A task that is `always` to run knows none but the lack
 * of its own list.
 */
export function obstacleOf(task: Task, { failed, empty }: Without): Obstacle | undefined {
  const { data, order } = neededBy(task)
  const lists = listMarks(task)
  const about = (mark: string): string => taskOf(taskOfMark(mark))
  const inTheWay = (marks: readonly string[], needed: (task: string) => boolean): readonly string[] =>
    marks.filter((mark) => (task.always ? lists.has(mark) : needed(about(mark))))
  const failures = inTheWay(failed, (id) => data.has(id) || order.has(id))
  if (failures.length > 0) return { for: 'failure', why: leftNoResult(failures) }
  const missing = inTheWay(empty, (id) => data.has(id))
  return missing.length > 0 ? { for: 'nothing', why: leftNoResult(missing) } : undefined
}

/** Marks without which the list of a `forEach` task is not known. */
function listMarks({ forEach }: Task): ReadonlySet<string> {
  const sources = (forEach?.keys ?? []).map(({ source }) => source)
  return new Set(
    sources.flatMap((source) => {
      if (source.kind === 'output') return [source.from.task]
      return source.kind === 'each' ? [`${source.from.task}[]`] : []
    }),
  )
}
