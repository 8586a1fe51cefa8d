import type { Cause, Failure } from '#core/failure/cause.ts'
import { moreMemory, moreTime } from '#core/failure/enlarged-slots.ts'
import { movedSlots, type FailedSlot, type Moved, type Surroundings } from '#core/failure/moved-slots.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { PlannedSlot } from '#core/planning/plan.ts'
import type { AttemptRecord } from '#core/run/task.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** What follows a failed attempt: another one, a person's word, or the end of the task; and why, in words. */
export type Remedy =
  | {
      readonly kind: 'retry'
      readonly remedy: Exclude<RemedyKind, 'wait-for-person' | 'give-up'>
      readonly slots: readonly PlannedSlot[]
      readonly delayS: number
      readonly words: string
    }
  /** The attempt is in doubt. */
  | { readonly kind: 'wait'; readonly words: string }
  | { readonly kind: 'give-up'; readonly words: string }

/** A failed attempt, and what its remedy depends on. */
export interface FailedAttempt extends Omit<Surroundings, 'task' | 'reclaims'> {
  readonly task: Pick<Task, 'pool' | 'retry' | 'idempotent'>
  /** Why the attempt failed: that of the clone that failed last, or of the decision. */
  readonly failure: Pick<Failure, 'cause'>
  readonly slots: readonly FailedSlot[]
  /** Attempts before this one. */
  readonly before: readonly Pick<AttemptRecord, 'failure' | 'remedy'>[]
  /** Whether a clone of the attempt ever had a lease. */
  readonly started: boolean
  /** Whether one that had a lease ended without a word of its own. */
  readonly untold: boolean
}

/** Further tries for causes that are not the user's, each with its own count. */
export const remedyLimits = {
  /** Reclaims and lost hosts together. */
  lost: 10,
  engineLost: 50,
  doublings: 3,
  outOfDisk: 3,
  startFailed: 3,
  noCapacity: 3,
} as const

/** Waits double up to this. */
const longestDelayS = 3_600

/** Causes of which nobody can tell how far the command got, whoever tells of them. */
const unclear: ReadonlySet<Cause> = new Set<Cause>(['reclaimed', 'host-lost', 'engine-lost', 'unknown'])

/** Causes whose further tries are the user's to give. */
const users: ReadonlySet<Cause> = new Set<Cause>([
  'user-error',
  'timed-out',
  'bad-output',
  'validator-rejected',
  'no-quorum',
  'unknown',
])

/**
 * Decides from the cause, each with its own limit, so that every task ends: after at most 72 further tries that are not
 * the user's, and `retry.limit` that are. A task that is not idempotent is tried again only when no clone had a lease; a
 * person is asked when nobody knows how far it got.
 */
export function remedyFor(failed: FailedAttempt): Remedy {
  const { task, started, untold } = failed
  const { cause } = failed.failure
  if (cause === 'in-doubt') return inDoubt(cause)
  if (!task.idempotent && started) {
    return untold || unclear.has(cause)
      ? inDoubt(cause)
      : giveUp(`${cause}: it had started and is not idempotent: never run again`)
  }
  switch (cause) {
    case 'reclaimed':
    case 'host-lost':
      return elsewhere(failed, ['reclaimed', 'host-lost'], remedyLimits.lost, 0)
    case 'out-of-disk':
      return elsewhere(failed, [cause], remedyLimits.outOfDisk, task.retry.backoffS)
    case 'start-failed':
      return elsewhere(failed, [cause], remedyLimits.startFailed, task.retry.backoffS)
    case 'no-capacity':
      return elsewhere(failed, [cause], remedyLimits.noCapacity, task.retry.backoffS)
    case 'engine-lost':
      return elsewhere(failed, [cause], remedyLimits.engineLost, 0)
    case 'out-of-memory':
      return withMoreMemory(failed)
    case 'timed-out':
    case 'user-error':
    case 'bad-output':
    case 'validator-rejected':
    case 'no-quorum':
    case 'unknown':
      return userRetry(failed)
    case 'image':
    case 'bad-input':
      return giveUp(`${cause}: another try would end the same`)
    case 'over-budget':
      return giveUp('over-budget: there is no money left for another try')
    default:
      return unreachable(cause)
  }
}

/** The same size, in another place if the cause lies in the place and there is one. */
function elsewhere(failed: FailedAttempt, counted: readonly Cause[], limit: number, backoffS: number): Remedy {
  const { cause } = failed.failure
  const tries = triesAfter(failed, (one) => counted.includes(one)) + 1
  if (tries > limit) return giveUp(`${cause}: given up after ${limit} further tries for ${counted.join(' or ')}`)
  const next = moved(failed)
  const delayS = delay(backoffS, tries)
  const how = next.isSteadier ? `on-demand after ${reclaims(failed)} reclaims` : 'the same size'
  const words = `${cause}: ${how}, ${placeWords(next)}${afterWords(delayS)} (try ${tries} of ${limit})`
  return { kind: 'retry', remedy: kindOf(next), slots: next.slots, delayS, words }
}

function withMoreMemory(failed: FailedAttempt): Remedy {
  const limit = remedyLimits.doublings
  const doublings = triesAfter(failed, (cause) => cause === 'out-of-memory') + 1
  const larger = moreMemory(failed.slots, failed.task, failed.pools)
  if (doublings > limit) return giveUp(`out-of-memory with ${larger.before}: given up after ${limit} doublings`)
  if (larger.slots === null) return giveUp(`out-of-memory with ${larger.before}: no pool that it may use has more`)
  const { slots, isMoved, places } = moved(failed, larger.slots)
  const most = larger.isCapped ? ', the most that a pool has' : ''
  const where = isMoved ? `, in ${places}` : ''
  const words = `out-of-memory with ${larger.before}: again with ${larger.after}${most}${where} (doubling ${doublings} of ${limit})`
  return { kind: 'retry', remedy: 'more-memory', slots, delayS: 0, words }
}

/** Spends one of the user's retries, after a backoff; a clone that ran out of time gets twice as much. */
function userRetry(failed: FailedAttempt): Remedy {
  const { cause } = failed.failure
  const { limit, backoffS, on } = failed.task.retry
  const longer = cause === 'timed-out' ? moreTime(failed.slots) : null
  const what = longer === null ? cause : `${cause} after ${longer.before}`
  if (limit === 0) return giveUp(`${what}: no retries asked for`)
  if (on !== undefined && !on.includes(cause))
    return giveUp(`${what}: not one of the causes to try again (${on.join(', ')})`)
  const tries = triesAfter(failed, (one) => users.has(one)) + 1
  if (tries > limit) return giveUp(`${what}: ${limit === 1 ? 'the one retry is' : `all ${limit} retries are`} spent`)
  const next = moved(failed, longer?.slots ?? failed.slots)
  const delayS = delay(backoffS, tries)
  const how = longer === null ? 'again' : `again with ${longer.after}`
  const where = next.isMoved ? `, ${next.isSteadier ? 'on-demand ' : ''}in ${next.places}` : ''
  const words = `${what}: ${how}${where}${afterWords(delayS)} (retry ${tries} of ${limit})`
  return { kind: 'retry', remedy: longer === null ? 'again' : 'more-time', slots: next.slots, delayS, words }
}

/** Earlier attempts that such a cause ended and that another try followed unasked; one without a cause is the task's own. */
function triesAfter({ before }: FailedAttempt, isCounted: (cause: Cause) => boolean): number {
  return before.filter(({ failure, remedy }) => remedy !== 'wait-for-person' && isCounted(failure?.cause ?? 'unknown'))
    .length
}

function reclaims({ before, failure }: FailedAttempt): number {
  return [...before.map((attempt) => attempt.failure), failure].filter((one) => one?.cause === 'reclaimed').length
}

function moved(failed: FailedAttempt, slots: readonly FailedSlot[] = failed.slots): Moved {
  return movedSlots(slots, { ...failed, reclaims: reclaims(failed) }, failed.failure.cause)
}

function kindOf({ isMoved, isSteadier }: Moved): 'again' | 'elsewhere' | 'on-demand' {
  if (isSteadier) return 'on-demand'
  return isMoved ? 'elsewhere' : 'again'
}

function placeWords({ isMoved, places }: Moved): string {
  return isMoved ? `in ${places}` : `in ${places} again`
}

function delay(backoffS: number, tries: number): number {
  return Math.min(backoffS * 2 ** (tries - 1), longestDelayS)
}

function afterWords(delayS: number): string {
  return delayS === 0 ? '' : `, after ${delayS} s`
}

function inDoubt(cause: Cause): Remedy {
  const words = `${cause}: it had started and is not idempotent: it may have done its work`
  return { kind: 'wait', words }
}

function giveUp(words: string): Remedy {
  return { kind: 'give-up', words }
}
