import { dependenciesOf } from '#core/graph/graph.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** The predecessors of a task by what it needs of them; each is in one set, the strongest. */
export interface Needs {
  /** Their data is needed: inputs that are not optional, lists, and instances that are followed one by one. */
  readonly data: ReadonlySet<string>
  /** They must have ended without failure: `needs`. */
  readonly order: ReadonlySet<string>
  /** They must have ended: nothing but optional inputs and the condition name them. */
  readonly optional: ReadonlySet<string>
}

/** What a task needs of each of its predecessors. Linear. */
export function neededBy(task: Task): Needs {
  const data = new Set<string>()
  for (const input of Object.values(task.inputs)) {
    if (input.kind === 'output' && !input.optional) data.add(input.from.task)
  }
  for (const { source } of task.forEach?.keys ?? []) {
    if (source.kind === 'output' || source.kind === 'each') data.add(source.from.task)
  }
  const order = new Set(task.needs.filter((need) => !data.has(need)))
  const all = dependenciesOf(task).map((dependency) => dependency.task)
  return { data, order, optional: new Set(all.filter((id) => !data.has(id) && !order.has(id))) }
}
