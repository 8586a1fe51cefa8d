import { choosePools, type Option } from '#core/planning/choose-pools.ts'
import { inSeconds } from '#core/planning/in-seconds.ts'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import { riskOf } from '#core/planning/risk.ts'
import type { Pool } from '#core/pools/pool.ts'
import { durationAt } from '#core/prediction/duration-at.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunPolicy } from '#core/run/run.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** What the planner knows of a task's place in its run. */
export interface TaskContext {
  readonly pools: readonly Pool[]
  readonly samples: readonly Sample[]
  readonly prediction: Prediction
  readonly policy: RunPolicy
  readonly priority: number
  readonly onCriticalPath: boolean
  /** How many times as much an hour is worth as the priority says. */
  readonly hurry: number
  /** Longest predicted path from the start of this task to an end. */
  readonly pathToEndS: number
}

/** Tasks shorter than this vary by more than what a second clone could save them. */
const leastHedgeS = 1
/** Clones that `auto` makes of a risky task. */
const autoClones = 2
/** A point of priority outweighs any path (100,000 tasks of 14 days), and ranks still tell hundredths of a second. */
const priorityWeight = 1e12

/** Pool, slots and reasons for one task, or why no pool can take it. */
export function placeTask(task: Task, context: TaskContext): Result<Placement, string> {
  const options = choosePools(task, context.pools, context.prediction, context)
  const best = options[0]
  if (best === undefined) return err(noPool(task, context.pools))
  const clones = cloneCount(task, context)
  const active = Array.from({ length: clones.count }, (_, clone) => {
    const option = options[clone % options.length] as Option
    const role = clone === 0 ? 'best of the pools that fit' : `clone ${clone}`
    return { kind: 'active', pool: option.pool.id, reason: `${role}: ${words(option)} (${clones.why})` } as const
  })
  const hedge = hedgeAfter(task, context, clones.count, best)
  const standby = hedge.afterS === null ? [] : [standbySlot(options, best, active, hedge.why)]
  return ok({
    task: task.id,
    resources: task.resources,
    slots: [...active, ...standby],
    hedgeAfterS: hedge.afterS,
    rank: context.priority * priorityWeight + context.pathToEndS,
    onCriticalPath: context.onCriticalPath,
    predicted: context.prediction,
    reason: [
      `${best.pool.id}: ${words(best)}`,
      context.onCriticalPath ? 'on the critical path' : 'off the critical path',
      basisWords(context.prediction),
      clones.why,
      hedge.why,
    ].join('; '),
  })
}

function cloneCount(task: Task, context: TaskContext): { count: number; why: string } {
  if (!task.idempotent) return { count: 1, why: 'never cloned: not idempotent' }
  if (!context.policy.cloning) return { count: 1, why: 'cloning is switched off' }
  if (task.clones !== 'auto') {
    const why = task.clones === 1 ? 'one clone' : `${task.clones} clones, as asked`
    return { count: task.clones, why }
  }
  const risk = riskOf(context.samples, context.prediction)
  if (risk !== undefined) return { count: autoClones, why: `${autoClones} clones: ${risk}` }
  if (context.onCriticalPath) {
    return { count: autoClones, why: `${autoClones} clones: a slow one would delay the run` }
  }
  return { count: 1, why: 'one clone: not risky, not on the critical path' }
}

function hedgeAfter(
  task: Task,
  context: TaskContext,
  clones: number,
  best: Option,
): { afterS: number | null; why: string } {
  const { hedge } = task
  if (!task.idempotent) return { afterS: null, why: 'never hedged: not idempotent' }
  if (!context.policy.hedging) return { afterS: null, why: 'hedging is switched off' }
  switch (hedge.kind) {
    case 'off':
      return { afterS: null, why: 'no hedge, as asked' }
    case 'after':
      return {
        afterS: best.pool.startDelayS + hedge.seconds,
        why: `hedge after ${inSeconds(hedge.seconds)} of work, as asked`,
      }
    case 'quantile':
      return atQuantile(hedge.quantile, context.prediction, best)
    case 'auto':
      if (clones > 1) return { afterS: null, why: 'no hedge: its clones race already' }
      if (context.prediction.basis.kind === 'none') {
        return { afterS: null, why: 'no hedge: neither history nor an estimate to tell slow' }
      }
      return unasked(context.prediction, best)
    default:
      return unreachable(hedge)
  }
}

/** By itself a hedge waits for p90, but not less than {@link leastHedgeS} of work. */
function unasked(prediction: Prediction, best: Option): { afterS: number; why: string } {
  if (durationAt(prediction, 0.9) >= leastHedgeS) return atQuantile(0.9, prediction, best)
  const afterS = best.pool.startDelayS + leastHedgeS
  return { afterS, why: `hedge after ${inSeconds(afterS)} (start delay and the least of ${inSeconds(leastHedgeS)})` }
}

function atQuantile(q: number, prediction: Prediction, best: Option): { afterS: number; why: string } {
  const afterS = best.pool.startDelayS + durationAt(prediction, q)
  return { afterS, why: `hedge after ${inSeconds(afterS)} (start delay and p${Number((q * 100).toFixed(3))})` }
}

/** The best pool that no active slot is on; the best one when all are taken. */
function standbySlot(
  options: readonly Option[],
  best: Option,
  active: readonly PlannedSlot[],
  why: string,
): PlannedSlot {
  const taken = new Set(active.map((slot) => slot.pool))
  const option = options.find((candidate) => !taken.has(candidate.pool.id)) ?? best
  return { kind: 'standby', pool: option.pool.id, reason: `${why}: ${words(option)}` }
}

function words(option: Option): string {
  const { pool } = option
  return `${pool.tier} ${pool.purchase}, starts in ${inSeconds(pool.startDelayS)}, done in about ${inSeconds(option.finishS)} for ${option.costUsd.toFixed(6)} USD`
}

function basisWords(prediction: Prediction): string {
  const { basis, durationS } = prediction
  switch (basis.kind) {
    case 'history':
      return `p50 ${inSeconds(durationS.p50)} from ${basis.samples} past clones`
    case 'estimate':
      return `p50 ${inSeconds(durationS.p50)} as estimated`
    case 'none':
      return 'nothing known of its duration'
    default:
      return unreachable(basis)
  }
}

function noPool(task: Task, pools: readonly Pool[]): string {
  const { vcpus, memoryMiB, gpus } = task.resources
  const wish = Object.values(task.pool).join(' ') || 'any pool'
  const had = pools.map((pool) => `${pool.id} (${pool.vcpus} vCPU, ${pool.memoryMiB} MiB, ${pool.gpus} GPU)`)
  const asked = `${vcpus} vCPU, ${memoryMiB} MiB, ${gpus} GPU on ${wish}`
  return `no pool takes task ${task.id}: it asks for ${asked}; there are ${had.join(', ') || 'none'}`
}
