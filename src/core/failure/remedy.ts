import { isPlatformCause, type Cause, type Failure } from '#core/failure/cause.ts'
import { meets } from '#core/planning/choose-pools.ts'
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

/**
 * Decides from the cause. Lost to the platform: again elsewhere at the same size, on-demand after
 * {@link reclaimsBeforeOnDemand} reclaims. The task's own failure: again while `retry.limit` lasts, after a backoff that
 * doubles. Inputs that are wrong stay wrong: no further try. `attempts` are those so far, the failed one last.
 */
export function remedyFor(
  task: Task,
  placement: Placement,
  pools: readonly Pool[],
  attempts: readonly Pick<AttemptRecord, 'cause'>[],
  failed: { readonly failure: Failure; readonly pool: string },
): Remedy {
  const { cause } = failed.failure
  const lost = attempts.filter((attempt) => attempt.cause !== null && isPlatformCause(attempt.cause))
  if (isPlatformCause(cause)) {
    if (!task.idempotent) return { kind: 'give-up', words: 'not idempotent: never run again silently' }
    if (lost.length >= platformLimit) {
      return { kind: 'give-up', words: `lost to the platform ${lost.length} times` }
    }
    const reclaims = lost.filter((attempt) => attempt.cause === 'reclaimed').length
    return elsewhere(task, placement, pools, failed.pool, reclaims)
  }
  if (final.has(cause)) return { kind: 'give-up', words: `${cause}: another try would end the same` }
  const spent = attempts.length - lost.length
  if (spent > task.retry.limit) {
    const words = task.retry.limit === 0 ? 'no retries asked for' : `all ${task.retry.limit} retries are spent`
    return { kind: 'give-up', words }
  }
  const delayS = task.retry.backoffS * 2 ** (spent - 1)
  return {
    kind: 'retry',
    slots: placement.slots,
    delayS,
    words: `${cause}: retry ${spent} of ${task.retry.limit} after ${delayS} s`,
  }
}

function elsewhere(task: Task, placement: Placement, pools: readonly Pool[], lostOn: string, reclaims: number): Remedy {
  const able = pools.filter((pool) => meets(pool, task.pool, task.resources))
  const steady = able.filter((pool) => pool.purchase === 'on-demand')
  const onDemand = reclaims >= reclaimsBeforeOnDemand && steady.length > 0
  const choice = onDemand ? steady : able
  const target = choice.find((pool) => pool.id !== lostOn) ?? choice[0]
  const words = onDemand
    ? `reclaimed ${reclaims} times: on-demand from now on`
    : `same size elsewhere: ${target?.id ?? lostOn}`
  const slots = placement.slots.map((slot): PlannedSlot => {
    const kept = choice.some((pool) => pool.id === slot.pool) && slot.pool !== lostOn
    return kept || target === undefined ? slot : { ...slot, pool: target.id, reason: words }
  })
  return { kind: 'retry', slots, delayS: 0, words }
}
