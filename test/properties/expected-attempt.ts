import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { RandomRun } from './random-workflow.ts'
import type { SeenTask } from './seen-run.ts'

/** Outputs by name. */
export type Result = Readonly<Record<string, Json>>

/** What may come of a task that is ready. */
export interface ExpectedAttempt {
  /** Of which one is committed; none: it can't be. */
  readonly results: readonly Result[]
  readonly mayFail: boolean
  /** Whether it may fail because nothing is tried again in a run that stops. */
  readonly failsIfStopped: boolean
}

/** Budgets from here on, in USD, pay whatever is drawn. */
const ample = 0.05

/** What the policy of a task makes of its clones, given all that they are given as a hash. */
export function expectedAttempt(
  { workflow, habits, broken }: RandomRun,
  task: Task,
  id: string,
  given: string,
  seen: SeenTask | undefined,
): ExpectedAttempt {
  const habit = habits[task.id]
  if (habit === undefined) throw new Error(`${task.id} was not drawn`)
  const { aggregate, idempotent, retry, hedge } = task
  const count = task.clones as number
  const active = Array.from({ length: count }, (_, clone) => clone)
  const isBroken = broken.has(id) || broken.has(task.id)
  const isScored = aggregate.policy === 'best'
  const does = (clone: number): boolean =>
    !isBroken && !habit.failing[clone % count] && !(isScored && habit.scoreless[clone % count])
  const everTaken = seen?.everTaken === true

  const tried = aggregate.policy === 'quorum' ? 'no-quorum' : habit.cause
  const retries = !idempotent || retry.on?.includes(tried) === false ? 0 : retry.limit
  const surely = resultsOf(active.filter(does))
  const standby = hedge.kind === 'off' ? [] : [count]
  const possible = resultsOf([...active, ...standby].filter((clone) => does(clone) && !seen?.taken.has(clone)))
  const failsByItself = habit.unlucky > retries || surely.length === 0
  const mayFailOfMoney =
    workflow.budgetUsd !== undefined && workflow.budgetUsd < ample && seen?.error?.startsWith('over-budget') === true
  const mayFailOfTime = everTaken && workflow.budgetUsd !== undefined && seen?.error?.startsWith('timed-out') === true
  // The clones that were left failed by themselves, and what took the others is no more the platform's than the user's.
  const mayFailOfTheRest = everTaken && workflow.budgetUsd !== undefined && !active.every(does)
  const isFaulty = habit.unlucky > 0 || !active.every(does)
  return {
    // A try that lost a clone may have spent no retry.
    results: habit.unlucky > retries && !everTaken ? [] : possible,
    mayFail: failsByItself || mayFailOfMoney || mayFailOfTime || mayFailOfTheRest,
    failsIfStopped: everTaken || isFaulty,
  }

  function resultsOf(clones: readonly number[]): readonly Result[] {
    const results = clones.map(resultOf)
    const enough = 'min' in aggregate && aggregate.min !== undefined ? aggregate.min : Math.floor(count / 2) + 1
    switch (aggregate.policy) {
      case 'first':
        return results
      case 'quorum':
        return [...Map.groupBy(results, (result) => canonicalHash(result)).values()].flatMap((equal) =>
          equal.length >= aggregate.of ? [equal[0] as Result] : [],
        )
      case 'all':
        if (results.length < count) return []
        return [
          Object.fromEntries(Object.keys(task.outputs).map((name) => [name, results.map((one) => one[name] as Json)])),
        ]
      case 'best': {
        if (results.length < enough) return []
        const sign = aggregate.goal === 'min' ? 1 : -1
        return results.toSorted((a, b) => sign * ((a['score'] as number) - (b['score'] as number))).slice(0, 1)
      }
      case 'mean':
      case 'median': {
        const answers = new Set(clones.map((clone) => habit?.answers[clone % count]))
        if (results.length < enough || answers.size !== 1) return []
        const numbers = clones.map((clone) => habit?.values[clone % count] as number)
        const first = results[0] as Result
        const out = first['out'] as Readonly<Record<string, Json>>
        return [{ ...first, out: { ...out, value: aggregate.policy === 'mean' ? mean(numbers) : median(numbers) } }]
      }
    }
  }

  function resultOf(clone: number): Result {
    const number = clone % count
    const value = habit?.values[number] as number
    const out = { of: canonicalHash([given, habit?.answers[number] as number]), value }
    const all: Result = { out, score: value, list: habit?.list ?? [] }
    return Object.fromEntries(Object.keys(task.outputs).map((name) => [name, all[name] as Json]))
  }
}

/** Of small integers, whose sum is exact. */
function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] as number) : mean(sorted.slice(half - 1, half + 1))
}
