import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePools } from '#core/planning/choose-pools.ts'
import { planRun } from '#core/planning/plan-run.ts'
import type { Placement, PlanDraft } from '#core/planning/plan.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { planInputs, planned, plans } from './plan-inputs.ts'

describe('any plan', () => {
  it('places every task on pools that exist, fit it and meet its wish', () => {
    fc.assert(
      fc.property(plans, ({ of, plan }) => {
        expect(Object.keys(plan.placements).toSorted()).toStrictEqual(of.workflow.tasks.map(({ id }) => id))
        for (const task of of.workflow.tasks) {
          const placement = plan.placements[task.id]
          expect(placement).toMatchObject({ task: task.id })
          for (const slot of placement?.slots ?? []) {
            expect(slot).toMatchObject({ variant: null, resources: task.resources, timeoutS: null })
            const pool = of.pools.find(({ id }) => id === slot.pool)
            expect(pool).toMatchObject(task.pool)
            expect(pool?.vcpus).toBeGreaterThanOrEqual(task.resources.vcpus)
            expect(pool?.memoryMiB).toBeGreaterThanOrEqual(task.resources.memoryMiB)
            expect(pool?.gpus).toBeGreaterThanOrEqual(task.resources.gpus)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  const slotsOf = (plan: PlanDraft, task: string, kind: 'active' | 'standby'): readonly string[] =>
    (plan.placements[task]?.slots ?? []).filter((slot) => slot.kind === kind).map(({ pool }) => pool)

  it('has as many clones as asked for and allowed', () => {
    fc.assert(
      fc.property(plans, ({ of: { run, workflow }, plan }) => {
        for (const { id, idempotent, clones } of workflow.tasks) {
          const allowed = idempotent && run.policy.cloning
          const possible = !allowed ? [1] : clones === 'auto' ? [1, 2] : [clones]
          expect(possible).toContain(slotsOf(plan, id, 'active').length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('has one slot on standby when there is a time to call it up, and never where that is not allowed', () => {
    fc.assert(
      fc.property(plans, ({ of: { run, workflow }, plan }) => {
        for (const { id, idempotent, hedge } of workflow.tasks) {
          const standby = slotsOf(plan, id, 'standby').length
          const allowed = idempotent && run.policy.hedging && hedge.kind !== 'off'
          expect(standby).toBe(plan.placements[id]?.hedgeAfterS === null ? 0 : 1)
          expect(standby).toBeLessThanOrEqual(allowed ? 1 : 0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('numbers active slots before the one on standby', () => {
    fc.assert(
      fc.property(plans, ({ plan }) => {
        for (const { slots } of Object.values(plan.placements)) {
          const kinds = slots.map(({ kind }) => kind)
          expect(kinds).toStrictEqual(kinds.toSorted())
        }
      }),
    )
  })

  it('spreads clones over pools while there are enough, and puts standby where no clone is', () => {
    fc.assert(
      fc.property(plans, ({ of, plan }) => {
        for (const task of of.workflow.tasks) {
          const placement = plan.placements[task.id] as Placement
          const run = { priority: of.run.priority, onCriticalPath: placement.onCriticalPath }
          const able = choosePools(task, of.pools, placement.predicted, run).length
          const active = slotsOf(plan, task.id, 'active')
          expect(new Set(active).size).toBe(Math.min(able, active.length))
          const alone = able > active.length ? slotsOf(plan, task.id, 'standby') : []
          expect(alone.filter((pool) => active.includes(pool))).toStrictEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives a reason for each placement and each slot', () => {
    fc.assert(
      fc.property(plans, ({ plan }) => {
        for (const { reason, slots } of Object.values(plan.placements)) {
          expect(reason.startsWith(`${slots[0]?.pool}: `)).toBe(true)
          for (const slot of slots) expect(slot.reason).toMatch(/^.+: .*starts in .* USD/)
        }
      }),
    )
  })

  it('follows edges along its critical path, from a start to an end, and no path is longer', () => {
    fc.assert(
      fc.property(plans, ({ of, plan }) => {
        const { tasks } = of.workflow
        const byId = new Map(tasks.map((task) => [task.id, task]))
        const path = plan.criticalPath.map((id) => byId.get(id) as Task)
        expect(neededBy(path[0] as Task)).toStrictEqual([])
        for (const [index, task] of path.slice(1).entries()) expect(neededBy(task)).toContain(path[index]?.id)
        const end = path.at(-1)?.id as string
        expect(tasks.some((task) => neededBy(task).includes(end))).toBe(false)

        const takesS = (task: Task): number => {
          const prediction = predict(of.history.get(task.id) ?? [], task.estimate, task.resources)
          const run = { priority: of.run.priority, onCriticalPath: true }
          const [best] = choosePools(task, of.pools, prediction, run)
          return (best?.pool.startDelayS as number) + prediction.durationS.p50
        }
        const longest = Math.max(...tasks.map(longestTo(tasks, takesS)))
        expect(path.reduce((sum, task) => sum + takesS(task), 0)).toBeCloseTo(longest, 6)
        const critical = Object.values(plan.placements).filter(({ onCriticalPath }) => onCriticalPath)
        expect(critical.map(({ task }) => task).toSorted()).toStrictEqual(plan.criticalPath.toSorted())
      }),
      { numRuns: 300 },
    )
  })

  it('predicts a makespan that is the longest path through the pools it really chose', () => {
    fc.assert(
      fc.property(plans, ({ of, plan }) => {
        for (const q of ['p50', 'p90'] as const) {
          const takesS = ({ id }: Task): number => {
            const { slots, predicted } = plan.placements[id] as Placement
            const pool = of.pools.find((one) => one.id === slots[0]?.pool)
            return (pool?.startDelayS as number) + predicted.durationS[q]
          }
          const longest = Math.max(...of.workflow.tasks.map(longestTo(of.workflow.tasks, takesS)))
          expect(plan.predicted.makespanS[q]).toBeCloseTo(longest, 6)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('ranks every task no lower than what waits for it', () => {
    fc.assert(
      fc.property(plans, ({ of, plan }) => {
        for (const task of of.workflow.tasks) {
          for (const before of neededBy(task)) {
            expect(plan.placements[before]?.rank).toBeGreaterThanOrEqual(plan.placements[task.id]?.rank as number)
          }
        }
      }),
    )
  })

  it('is the same for pools in any order', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.nat()), ({ of, plan }, keys) => {
        const shuffled = of.pools
          .map((pool) => ({ pool, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ pool }) => pool)
        expect(planned({ ...of, pools: shuffled })).toStrictEqual(plan)
      }),
    )
  })

  it('is refused exactly when some task has no pool, and then names each of them', () => {
    fc.assert(
      fc.property(planInputs, (of) => {
        const run = { priority: of.run.priority, onCriticalPath: true }
        const homeless = of.workflow.tasks.filter((task) => {
          return choosePools(task, of.pools, predict([], {}, task.resources), run).length === 0
        })
        const result = planRun(of)
        expect(result.ok).toBe(homeless.length === 0)
        const errors = result.ok ? [] : result.error
        expect(errors).toHaveLength(homeless.length)
        for (const [index, { id, resources: asked }] of homeless.entries()) {
          expect(errors[index]).toContain(`no pool takes task ${id}: it asks for ${asked.vcpus} vCPU`)
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** The tasks that a task waits for, as its definition names them. */
function neededBy(task: Task): readonly string[] {
  const inputs = Object.values(task.inputs).flatMap((one) => (one.kind === 'output' ? [one.from.task] : []))
  const lists = (task.forEach?.keys ?? []).flatMap(({ source }) => ('from' in source ? [source.from.task] : []))
  return [...task.needs, ...inputs, ...lists]
}

/** The longest path that ends with a task, by looking at all of them. */
function longestTo(tasks: readonly Task[], takesS: (task: Task) => number): (task: Task) => number {
  const known = new Map<string, number>()
  const to = (task: Task): number => {
    const before = neededBy(task).map((id) => to(tasks.find((one) => one.id === id) as Task))
    const length = known.get(task.id) ?? takesS(task) + Math.max(0, ...before)
    known.set(task.id, length)
    return length
  }
  return to
}
