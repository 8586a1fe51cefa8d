import fc from 'fast-check'
import { planRun, type PlanInput } from '#core/planning/plan-run.ts'
import type { PlanDraft } from '#core/planning/plan.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { aPool } from '../pools/a-pool.ts'
import { aSample } from '../prediction/a-sample.ts'
import { workflows } from '../run/random-workflow.ts'
import { rowAfter, runEvents } from '../run/sample-events.ts'
import { poolSets, resources, wishes } from './random-pools.ts'

export const nowMs = 1_800_000_000_000
const submitted = { ...(rowAfter('run', runEvents.submitted) as RunRecord), deadlineS: null, budgetUsd: null }

/** What a run of a workflow is planned from: one pool, no history, unless said otherwise. */
export function planInput(
  workflow: Workflow,
  overrides: Partial<PlanInput> = {},
  run: Partial<RunRecord> = {},
): PlanInput {
  const policy = { cloning: true, hedging: true }
  return {
    run: { ...submitted, policy, ...run },
    workflow,
    pools: [aPool('a')],
    history: new Map(),
    nowMs,
    ...overrides,
  }
}

/** The plan, of which every task has a pool. */
export function planned(of: PlanInput): PlanDraft {
  const result = planRun(of)
  if (!result.ok) throw new Error(result.error.join('\n'))
  return result.value
}

/** Runs of any workflow with any wishes on any pools, with some history. */
export const planInputs: fc.Arbitrary<PlanInput> = fc
  .record({
    drawn: workflows({ tasks: 8 }),
    wanted: fc.array(
      fc.record({
        pool: wishes,
        resources,
        clones: fc.constantFrom<Task['clones']>(1, 2, 4, 'auto'),
        hedge: fc.constantFrom<Task['hedge']>(
          { kind: 'off' },
          { kind: 'auto' },
          { kind: 'quantile', quantile: 0.9 },
          { kind: 'after', seconds: 5 },
        ),
        idempotent: fc.constantFrom(true, true, false),
        estimate: fc.constantFrom({}, { durationS: 1 }, { durationS: 100 }),
      }),
      { minLength: 8, maxLength: 8 },
    ),
    pools: poolSets,
    policy: fc.record({ cloning: fc.boolean(), hedging: fc.boolean() }),
    priority: fc.nat(100),
    seconds: fc.array(fc.nat(100), { maxLength: 10 }),
  })
  .map(({ drawn, wanted, pools, policy, priority, seconds }) => {
    const tasks = drawn.workflow.tasks.map((task, index) => ({ ...task, ...wanted[index] }))
    const samples: readonly Sample[] = seconds.map((runningS) => aSample({ runningS }))
    const history = new Map(tasks.slice(0, 1).map(({ id }) => [id, samples]))
    return planInput({ ...drawn.workflow, tasks }, { pools, history }, { policy, priority })
  })

/** Those of which every task has a pool. */
export const plans = planInputs
  .map((of) => ({ of, result: planRun(of) }))
  .filter((one): one is typeof one & { readonly result: { readonly ok: true } } => one.result.ok)
  .map(({ of, result }) => ({ of, plan: result.value }))
