import { graphOf } from '#core/graph/graph.ts'
import { criticalPath, upwardRanks } from '#core/graph/longest-path.ts'
import { choosePools } from '#core/planning/choose-pools.ts'
import { placeTask, type Shape, shapesOf } from '#core/planning/place-task.ts'
import type { Placement, PlanDraft } from '#core/planning/plan.ts'
import type { Pool } from '#core/pools/pool.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'

/** What a plan asks of a run, submitted or only thought of. */
export type PlannedRun = Pick<RunRecord, 'policy' | 'priority' | 'deadlineS' | 'budgetUsd'>

/** What a plan is made from. */
export interface PlanInput {
  readonly run: PlannedRun
  readonly workflow: Workflow
  readonly pools: readonly Pool[]
  /** Latest clones by task, newest first. */
  readonly history: ReadonlyMap<string, readonly Sample[]>
  readonly nowMs: number
}

/** How much more an hour is worth to a run that would miss its deadline. */
const lateHurry = 10

/**
 * The plan of a run. One whose slow case (p90) misses the deadline is planned again as if time were worth
 * {@link lateHurry} times as much, which moves tasks to pools that start sooner; that plan counts if it is faster.
 */
export function planRun(input: PlanInput): Result<PlanDraft, readonly string[]> {
  const calm = planWith(input, 1)
  const { deadlineS } = input.run
  if (!calm.ok || deadlineS === null || calm.value.predicted.makespanS.p90 <= deadlineS) return calm
  const hurried = planWith(input, lateHurry)
  const before = calm.value.predicted.makespanS
  if (!hurried.ok || hurried.value.predicted.makespanS.p90 >= before.p90) return calm
  const note = `pools that start sooner and cost more, since the deadline of ${deadlineS} s was at risk (p90 ${before.p90.toFixed(1)} s)`
  return ok({ ...hurried.value, notes: [...hurried.value.notes, note] })
}

/**
 * Places every task of a run: predicts it, weighs pools by cost and time, finds the critical path, decides clones and
 * hedges, and says why. The errors name each task that no pool can take. Instances of a list that is not known yet are
 * counted as one in the predicted makespan. O(tasks + edges + tasks · pools log pools).
 */
function planWith(input: PlanInput, hurry: number): Result<PlanDraft, readonly string[]> {
  const { run, workflow, pools, history } = input
  const graph = graphOf(workflow)
  const tasks = workflow.tasks.map((task) => {
    const samples = history.get(task.id) ?? []
    const prediction = predict(samples, task.estimate, task.resources)
    const [shape] = shapesOf(task, pools, samples) as readonly [Shape]
    const asked = { pool: task.pool, resources: shape.resources }
    const [best] = choosePools(asked, pools, prediction, { priority: run.priority, onCriticalPath: true, hurry })
    return { task, samples, prediction, bestDelayS: best?.pool.startDelayS ?? 0 }
  })
  const bestS = tasks.map(({ prediction, bestDelayS }) => bestDelayS + prediction.durationS.p50)
  const path = criticalPath(graph, bestS).nodes
  const toEndS = upwardRanks(graph, bestS)
  const critical = new Set(path)

  const placements: Placement[] = []
  const errors: string[] = []
  for (const [node, { task, samples, prediction }] of tasks.entries()) {
    const placed = placeTask(task, {
      pools,
      samples,
      prediction,
      policy: run.policy,
      priority: run.priority,
      budgetUsd: run.budgetUsd,
      onCriticalPath: critical.has(node),
      hurry,
      pathToEndS: toEndS[node] as number,
    })
    if (placed.ok) placements.push(placed.value)
    else errors.push(placed.error)
  }
  if (errors.length > 0) return err(errors)

  const delayS = new Map(pools.map((pool) => [pool.id, pool.startDelayS]))
  const startS = ({ slots }: Placement, { aggregate }: Task): number => {
    const starts = slots.filter(({ kind }) => kind === 'active').map(({ pool }) => delayS.get(pool) as number)
    return aggregate.policy === 'first' ? (starts[0] as number) : Math.max(...starts)
  }
  const makespanS = (q: 'p50' | 'p90'): number =>
    criticalPath(
      graph,
      placements.map((placement, node) => {
        return startS(placement, workflow.tasks[node] as Task) + placement.predicted.durationS[q]
      }),
    ).weight
  const predicted = { makespanS: { p50: makespanS('p50'), p90: makespanS('p90') } }
  return ok({
    madeAtMs: input.nowMs,
    placements: Object.fromEntries(placements.map((placement) => [placement.task, placement])),
    criticalPath: path.map((node) => graph.ids[node] as string),
    predicted,
    notes: notes(input, predicted.makespanS.p50),
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
