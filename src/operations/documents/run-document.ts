import { ProblemError } from '#contract/problem.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { RunRecord } from '#core/run/run.ts'
import { isRunTerminal } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { TaskState } from '#core/run/task.ts'
import { totalsOf } from '#core/run/totals.ts'
import type { Definition } from '#operations/definitions.ts'
import { taskDocument, unreadyDocument } from '#operations/documents/task-document.ts'
import { everyRow } from '#operations/every-row.ts'
import { ledgerOf } from '#operations/ledger-of.ts'
import type { Ports } from '#operations/ports.ts'

type Reads = Pick<Ports, 'store' | 'definitions' | 'clock'>

/**
 * A run as users see it, read from its rows. `alive`: whether an engine works on it; a run that is not terminal and has
 * none is `interrupted`. O(rows of the run).
 */
export async function runDocument(
  reads: Reads,
  run: RunRecord,
  options: { readonly tasks: boolean; readonly alive: boolean },
): Promise<RunDocument> {
  return documentOf(reads, run, await reads.definitions.workflow(run), options)
}

/** A run in a list, which is said to be damaged rather than keeping the others from being listed. */
export async function listedRun(reads: Reads, run: RunRecord, alive: boolean): Promise<RunDocument> {
  const options = { tasks: false, alive }
  let definition: Definition
  try {
    definition = await reads.definitions.workflow(run)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'STATE-DAMAGED') throw error
    return { ...(await documentOf(reads, run, null, options)), damage: error.problem.message }
  }
  return documentOf(reads, run, definition, options)
}

/** Without its workflow, nothing is known of tasks that have no row. */
async function documentOf(
  reads: Reads,
  run: RunRecord,
  definition: Definition | null,
  options: { readonly tasks: boolean; readonly alive: boolean },
): Promise<RunDocument> {
  const all = definition?.workflow.tasks ?? []
  // Only what is said of tasks needs it.
  const plan = options.tasks ? await planOf(reads, run) : undefined
  const slots = new Map<string, SlotRecord[]>()
  for await (const { value: slot } of everyRow(reads.store, run.id, 'slot')) {
    const list = slots.get(slot.task)
    if (list === undefined) slots.set(slot.task, [slot])
    else list.push(slot)
  }
  const counts: Record<TaskState, number> = {
    pending: 0,
    ready: 0,
    running: 0,
    committed: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  }
  // What has no row when the run ends will never be ready.
  const unready = isRunTerminal(run.state) ? 'skipped' : 'pending'
  const tasks: TaskDocument[] = []
  const seen = new Set<string>()
  for await (const { value: row } of everyRow(reads.store, run.id, 'task')) {
    seen.add(row.id)
    // An expansion stands for its instances that have no row yet; one that came to none counts by itself.
    if (row.instances === null || row.instances === 0) counts[row.state] += 1
    else counts[unready] += row.instances
    if (row.index !== null) counts[unready] -= 1
    if (!options.tasks) continue
    const task = definition?.readiness.tasks.get(row.task)
    if (task === undefined) throw new Error(`${row.id} is no task of ${run.workflow}`)
    tasks.push(taskDocument(row, slots.get(row.id) ?? [], task, plan?.placements[row.task]))
  }
  for (const task of all) {
    if (seen.has(task.id)) continue
    counts[unready] += 1
    if (options.tasks) tasks.push(unreadyDocument(task, plan?.placements[task.id], unready))
  }
  const totals = run.totals ?? totalsOf([...slots.values()].flat())
  const endMs = run.finishedAtMs ?? (run.startedAtMs === null ? null : reads.clock.nowMs())
  return {
    schemaVersion: 1,
    id: run.id,
    tenant: run.tenant,
    workflow: run.workflow,
    workflowHash: run.workflowHash,
    params: run.params,
    labels: run.labels,
    priority: run.priority,
    deadline: run.deadlineS,
    budgetUsd: run.budgetUsd,
    reservedUsd: ((await ledgerOf(reads.store, run))?.reservedNanoUsd ?? 0) / 1e9,
    state: isRunTerminal(run.state) || options.alive ? run.state : 'interrupted',
    planId: run.planId,
    retryOf: run.retry?.run ?? null,
    error: run.error ?? run.stopping,
    createdAt: new Date(run.createdAtMs).toISOString(),
    finishedAt: run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString(),
    makespanS: endMs === null ? null : Math.max(0, endMs - run.createdAtMs) / 1000,
    costUsd: totals.costUsd,
    wastedCostUsd: totals.wastedCostUsd,
    counts,
    ...(options.tasks ? { tasks: tasks.sort(byPlace(all.map((task) => task.id))) } : {}),
  }
}

async function planOf(reads: Reads, run: RunRecord): Promise<Plan | undefined> {
  return run.planId === null ? undefined : reads.definitions.plan(run)
}

/** Tasks as the canonical workflow lists them, instances by number. */
function byPlace(order: readonly string[]) {
  const place = new Map(order.map((id, index) => [id, index]))
  const split = (id: string): readonly [number, number] => {
    const [task = id, index] = id.split(/[[\]]/)
    return [place.get(task) ?? order.length, index === undefined ? -1 : Number(index)]
  }
  return (a: TaskDocument, b: TaskDocument): number => {
    const [taskA, indexA] = split(a.id)
    const [taskB, indexB] = split(b.id)
    return taskA - taskB || indexA - indexB
  }
}
