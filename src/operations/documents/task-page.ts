import type { TaskDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'
import { instanceId, type RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { TaskRecord, TaskState } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { taskDocument, unreadyDocument } from '#operations/documents/task-document.ts'
import type { Ports } from '#operations/ports.ts'
import type { Page } from '#ports/store.ts'

type Reads = Pick<Ports, 'store' | 'definitions'>

/** Rows looked at for one page, so that a rare state is no reason to read a large run at once. */
const lookedAt = 2_000

/**
 * Tasks of a run in the order of its workflow, each expansion before its instances. A page may end early when few tasks
 * are in the state asked for. `after` is the `next` of a page of the same run. O(limit) rows, or {@link lookedAt}.
 */
export async function taskPage(
  reads: Reads,
  run: RunRecord,
  options: { readonly after?: string; readonly limit: number; readonly state?: TaskState },
): Promise<Page<TaskDocument>> {
  const { workflow } = await reads.definitions.workflow(run)
  const plan: Plan | undefined = run.planId === null ? undefined : await reads.definitions.plan(run)
  const unready = isRunTerminal(run.state) ? 'skipped' : 'pending'
  const items: TaskDocument[] = []
  const [fromTask = 0, fromInstance = -1] = options.after?.split(' ').map(Number) ?? []
  let looked = 0
  const take = (document: TaskDocument): void => {
    if (options.state === undefined || document.state === options.state) items.push(document)
  }
  const isFull = (): boolean => items.length >= options.limit || looked >= lookedAt
  for (let place = fromTask; place < workflow.tasks.length; place += 1) {
    const task = workflow.tasks[place] as Task
    const placement = plan?.placements[task.id]
    const first = place === fromTask ? fromInstance : -1
    const row = await reads.store.rows.get(run.id, 'task', task.id)
    looked += 1
    if (first === -1) {
      if (isFull()) return { items, next: `${place} -1` }
      take(
        row === undefined
          ? unreadyDocument(task, placement, unready)
          : taskDocument(row.value, await slotsOfTask(reads, run.id, row.value), task, placement),
      )
    }
    for (let index = Math.max(0, first); index < (row?.value.instances ?? 0); index += 1) {
      if (isFull()) return { items, next: `${place} ${index}` }
      const instance = await reads.store.rows.get(run.id, 'task', instanceId(task.id, index))
      looked += 1
      if (instance === undefined) continue
      take(taskDocument(instance.value, await slotsOfTask(reads, run.id, instance.value), task, placement))
    }
  }
  return { items }
}

/** All slots of all attempts; a task that never had one has none. */
async function slotsOfTask(reads: Reads, run: RunId, row: TaskRecord): Promise<readonly SlotRecord[]> {
  if (row.attempts.length === 0) return []
  const slots: SlotRecord[] = []
  let after: string | undefined
  do {
    const page = await reads.store.rows.list(run, 'slot', {
      prefix: `${row.id}/`,
      limit: 500,
      ...(after === undefined ? {} : { after }),
    })
    slots.push(...page.items.map(({ value }) => value))
    after = page.next
  } while (after !== undefined)
  return slots
}
