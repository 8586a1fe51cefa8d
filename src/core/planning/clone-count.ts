import { riskOf } from '#core/planning/risk.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'
import type { RunPolicy } from '#core/run/run.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** What the number of clones depends on beside the task. */
export interface CloneContext {
  readonly samples: readonly Sample[]
  readonly prediction: Prediction
  readonly policy: RunPolicy
  readonly onCriticalPath: boolean
}

/** Clones that `auto` makes of a risky task. */
const autoClones = 2

/**
 * How many active clones a task gets, and why. Clones that a result is made of are no matter of speed: a run without
 * cloning has them too, a quorum no more than it needs.
 */
export function cloneCount(task: Task, context: CloneContext): { readonly count: number; readonly why: string } {
  const { aggregate, clones, variants } = task
  if (!task.idempotent) return { count: 1, why: 'never cloned: not idempotent' }
  if (variants.length > 0) return { count: variants.length, why: `${variants.length} variants, as asked` }
  if (aggregate.policy === 'quorum' && clones === 'auto') {
    const { of } = aggregate
    if (!context.policy.cloning)
      return { count: of, why: `${of} clones for a quorum of ${of}: cloning is switched off` }
    return { count: of + 1, why: `${of + 1} clones: a quorum of ${of}, and one to spare` }
  }
  if (aggregate.policy !== 'first' && clones !== 'auto') {
    return { count: clones, why: `${clones} clones, as asked, for ${aggregate.policy}` }
  }
  if (!context.policy.cloning) return { count: 1, why: 'cloning is switched off' }
  if (clones !== 'auto') return { count: clones, why: clones === 1 ? 'one clone' : `${clones} clones, as asked` }
  const risk = riskOf(context.samples, context.prediction)
  if (risk !== undefined) return { count: autoClones, why: `${autoClones} clones: ${risk}` }
  if (context.onCriticalPath) {
    return { count: autoClones, why: `${autoClones} clones: a slow one would delay the run` }
  }
  return { count: 1, why: 'one clone: not risky, not on the critical path' }
}
