import { planRun, type PlannedRun } from '#core/planning/plan-run.ts'
import type { PlanDraft } from '#core/planning/plan.ts'
import { familyOf, type Sample } from '#core/prediction/prediction.ts'
import type { Result } from '#core/result.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { Clock } from '#ports/clock.ts'
import type { Pools } from '#ports/pools.ts'
import type { Store } from '#ports/store.ts'

/** Clones of a family that a prediction looks at. */
const samplesPerFamily = 200

/** What a plan is drawn up from. */
export interface PlanReads {
  readonly store: Pick<Store, 'history'>
  readonly pools: Pick<Pools, 'describe'>
  readonly clock: Clock
}

/** Reads the history of each task and the pools, and plans; nothing is written. The errors name tasks that no pool can take. */
export async function draftPlan(
  reads: PlanReads,
  run: PlannedRun,
  workflow: Workflow,
): Promise<Result<PlanDraft, readonly string[]>> {
  const history = new Map<string, readonly Sample[]>()
  for (const task of workflow.tasks) {
    const family = familyOf(workflow.name, task.id)
    const samples = await reads.store.history.recent(family, samplesPerFamily)
    if (samples.length > 0) history.set(task.id, samples)
  }
  const pools = await reads.pools.describe()
  return planRun({ run, workflow, pools, history, nowMs: reads.clock.nowMs() })
}
