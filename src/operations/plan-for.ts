import type { SubmitRequest } from '#contract/control-plane.ts'
import type { PlanPreview } from '#contract/plan-preview.ts'
import type { Problem } from '#contract/problem.ts'
import { knownInstances } from '#core/planning/known-instances.ts'
import { plannedCost, type CostRange } from '#core/planning/planned-cost.ts'
import { err, ok, type Result } from '#core/result.ts'
import { draftPlan, type PlanReads } from '#operations/draft-plan.ts'

/** The plan that a submission would get now, with its price; nothing is written. */
export async function planFor(
  reads: PlanReads,
  { workflow, params, policy }: SubmitRequest,
): Promise<Result<PlanPreview, Problem>> {
  const { priority, deadlineS = null, budgetUsd = null } = workflow
  const planned = await draftPlan(reads, { policy, priority, deadlineS, budgetUsd }, workflow)
  if (!planned.ok) return err(noPool(planned.error))
  const pools = await reads.pools.describe()
  const instances = knownInstances(workflow, params)
  const tasks: Record<string, PlanPreview['tasks'][string]> = {}
  let total: CostRange = { p50: 0, p90: 0 }
  for (const [id, placement] of Object.entries(planned.value.placements)) {
    const known = instances.get(id) ?? null
    const costUsd = plannedCost(placement, pools)
    tasks[id] = { instances: known, costUsd }
    total = { p50: total.p50 + (known ?? 1) * costUsd.p50, p90: total.p90 + (known ?? 1) * costUsd.p90 }
  }
  return ok({ plan: planned.value, costUsd: total, tasks })
}

function noPool(reasons: readonly string[]): Problem {
  return {
    code: 'NO-POOL',
    message: reasons.join('\n'),
    fix: 'see `forkcast pools`; ask for less, or give pools with --pools',
    exitCode: 2,
  }
}
