import { graphOf } from '#core/graph/graph.ts'
import { criticalPath, upwardRanks } from '#core/graph/longest-path.ts'
import { choosePools } from '#core/planning/choose-pools.ts'
import { placeTask } from '#core/planning/place-task.ts'
import type { Placement, Plan } from '#core/planning/plan.ts'
import type { Pool } from '#core/pools/pool.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/** What a plan is made from. */
export interface PlanInput {
  readonly run: RunRecord
  readonly workflow: Workflow
  readonly pools: readonly Pool[]
  /** Latest clones by task. */
  readonly history: ReadonlyMap<string, readonly Sample[]>
  readonly nowMs: number
}

/**
 * Places every task of a run: predicts it, weighs pools by cost and time, finds the critical path, decides clones and
 * hedges, and says why. The errors name each task that no pool can take. Instances of a list that is not known yet are
 * counted as one in the predicted makespan. O((tasks + edges) + tasks · pools log pools).
 */
export function planRun(input: PlanInput): Result<Plan, readonly string[]> {
  const { run, workflow, pools, history } = input
  const graph = graphOf(workflow)
  const predictions = workflow.tasks.map((task) => predict(history.get(task.id) ?? [], task.estimate, task.resources))
  const startDelays = workflow.tasks.map((task, index) => {
    const prediction = predictions[index] as (typeof predictions)[number]
    const [best] = choosePools(task, pools, prediction, { priority: run.priority, onCriticalPath: true })
    return best?.pool.startDelayS ?? 0
  })
  const weights = (q: 'p50' | 'p90'): number[] =>
    predictions.map((prediction, index) => prediction.durationS[q] + (startDelays[index] as number))
  const typical = criticalPath(graph, weights('p50'))
  const slow = criticalPath(graph, weights('p90'))
  const toEndS = upwardRanks(graph, weights('p50'))
  const path = typical.nodes.map((node) => graph.ids[node] as string)
  const critical = new Set(path)

  const placements: Record<string, Placement> = {}
  const errors: string[] = []
  workflow.tasks.forEach((task, index) => {
    const placed = placeTask(task, {
      pools,
      samples: history.get(task.id) ?? [],
      prediction: predictions[index] as (typeof predictions)[number],
      policy: run.policy,
      priority: run.priority,
      onCriticalPath: critical.has(task.id),
      pathToEndS: toEndS[index] as number,
    })
    if (placed.ok) placements[task.id] = placed.value
    else errors.push(placed.error)
  })
  if (errors.length > 0) return err(errors)
  return ok({
    run: run.id,
    madeAtMs: input.nowMs,
    placements,
    criticalPath: path,
    predicted: { makespanS: { p50: typical.weight, p90: slow.weight } },
    notes: notes(input, typical.weight),
  })
}

function notes({ run, pools, workflow }: PlanInput, makespanS: number): readonly string[] {
  const said: string[] = []
  if (!run.policy.cloning) said.push('cloning is switched off for this run')
  if (!run.policy.hedging) said.push('hedging is switched off for this run')
  if (pools.some((pool) => pool.emulated)) {
    said.push('start delays, prices and reclaims of the pools are emulated')
  }
  if (workflow.tasks.some((task) => task.image !== undefined) && pools.some((pool) => pool.emulated)) {
    said.push('container images are not used on this machine: commands run as processes')
  }
  if (run.deadlineS !== null && makespanS > run.deadlineS) {
    said.push(`the deadline of ${run.deadlineS} s is shorter than the longest path of ${makespanS.toFixed(1)} s`)
  }
  return said
}
