import { isPlatformCause, type Cause } from '#core/failure/cause.ts'
import { choosePools } from '#core/planning/choose-pools.ts'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import type { Pool } from '#core/pools/pool.ts'
import type { AttemptRecord } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** What follows a failed attempt: another one, or the end of the task. */
export type Remedy =
  | { readonly kind: 'retry'; readonly slots: readonly PlannedSlot[]; readonly delayS: number; readonly words: string }
  | { readonly kind: 'give-up'; readonly words: string }

/** Attempts lost to the platform before a task is given up; they spend none of the user's retries. */
const platformLimit = 10
/** Reclaims of a task after which it goes to on-demand capacity. */
const reclaimsBeforeOnDemand = 2

/** Causes that no second try mends. */
const final: ReadonlySet<Cause> = new Set<Cause>(['bad-input', 'image', 'in-doubt', 'no-quorum'])

/** A failed attempt, and what its remedy depends on. */
export interface FailedAttempt {
  readonly task: Task
  readonly placement: Placement
  readonly pools: readonly Pool[]
  /** The run's. */
  readonly priority: number
  /** Attempts so far, the failed one last. */
  readonly attempts: readonly Pick<AttemptRecord, 'cause'>[]
  readonly cause: Cause
  /** Where the clone was that failed last. */
  readonly pool: string
}

/**
 * Decides from the cause. Lost to the platform: again at the same size, elsewhere when it was the place that failed. The
 * task's own failure: again while `retry.limit` lasts, after a backoff that doubles. After {@link reclaimsBeforeOnDemand}
 * reclaims every further try is on-demand. Inputs that are wrong stay wrong: no further try.
 */
export function remedyFor(failed: FailedAttempt): Remedy {
  const { task, attempts, cause } = failed
  const lost = attempts.filter((attempt) => attempt.cause !== null && isPlatformCause(attempt.cause))
  const reclaims = lost.filter((attempt) => attempt.cause === 'reclaimed').length
  if (isPlatformCause(cause)) {
    if (!task.idempotent) return { kind: 'give-up', words: 'not idempotent: never run again silently' }
    if (lost.length >= platformLimit) return { kind: 'give-up', words: `lost to the platform ${lost.length} times` }
    const move = moveFor(failed, reclaims, cause === 'engine-lost' ? null : failed.pool)
    return { kind: 'retry', slots: move.slots, delayS: 0, words: `${cause}: ${move.words}` }
  }
  if (final.has(cause)) return { kind: 'give-up', words: `${cause}: another try would end the same` }
  const { limit, backoffS } = task.retry
  const spent = attempts.length - lost.length
  if (spent > limit) {
    return { kind: 'give-up', words: limit === 0 ? 'no retries asked for' : `all ${limit} retries are spent` }
  }
  const delayS = backoffS * 2 ** (spent - 1)
  const words = `${cause}: retry ${spent} of ${limit} after ${delayS} s`
  return { kind: 'retry', slots: moveFor(failed, reclaims, null).slots, delayS, words }
}

interface Move {
  readonly slots: readonly PlannedSlot[]
  readonly words: string
}

/**
 * The planned slots, those on `avoided` moved to the best other pools, apart from each other while there are enough; those
 * on spot likewise once reclaims call for on-demand.
 */
function moveFor({ task, placement, pools, priority }: FailedAttempt, reclaims: number, avoided: string | null): Move {
  const { predicted, onCriticalPath } = placement
  const able = choosePools(task, pools, predicted, { priority, onCriticalPath }).map(({ pool }) => pool)
  const steady = able.filter((pool) => pool.purchase === 'on-demand')
  const onDemand = reclaims >= reclaimsBeforeOnDemand && steady.length > 0
  const choice = (onDemand ? steady : able).map(({ id }) => id)
  const others = choice.filter((id) => id !== avoided)
  const targets = others.length > 0 ? others : choice
  const kept = (slot: PlannedSlot): boolean => targets.length === 0 || targets.includes(slot.pool)
  const taken = new Set(placement.slots.filter(kept).map(({ pool }) => pool))
  const how = onDemand ? `on-demand after ${reclaims} reclaims` : 'the same size'
  const slots = placement.slots.map((slot): PlannedSlot => {
    if (kept(slot)) return slot
    const pool = (targets.find((id) => !taken.has(id)) ?? targets[0]) as string
    taken.add(pool)
    return { ...slot, pool, reason: `${how}, moved from ${slot.pool}` }
  })
  const places = new Set(slots.filter(({ kind }) => kind === 'active').map(({ pool }) => pool))
  return { slots, words: `${how}, in ${[...places].join(', ')}` }
}
