import { inSeconds } from '#core/planning/in-seconds.ts'
import { durationAt } from '#core/prediction/duration-at.ts'
import type { Prediction } from '#core/prediction/prediction.ts'
import type { RunPolicy } from '#core/run/run.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** What a hedge depends on beside the task. */
export interface HedgeContext {
  readonly prediction: Prediction
  readonly policy: RunPolicy
  /** Active clones. */
  readonly clones: number
  /** Of the best pool. */
  readonly startDelayS: number
}

/** Tasks shorter than this vary by more than what a second clone could save them. */
const leastHedgeS = 1

/**
 * Seconds after dispatch at which a standby slot is called up, and why; `null`: never. Only a race of identical clones
 * has one: what waits for every clone is not made faster by another, and a variant is not a copy of the slow one.
 */
export function hedgeAfter(
  task: Task,
  context: HedgeContext,
): { readonly afterS: number | null; readonly why: string } {
  const { hedge, aggregate } = task
  const { prediction, startDelayS } = context
  if (!task.idempotent) return { afterS: null, why: 'never hedged: not idempotent' }
  if (task.variants.length > 0) return { afterS: null, why: 'no hedge: its clones are variants' }
  if (aggregate.policy !== 'first' && aggregate.policy !== 'quorum') {
    return { afterS: null, why: `no hedge: ${aggregate.policy} waits for every clone` }
  }
  if (!context.policy.hedging) return { afterS: null, why: 'hedging is switched off' }
  switch (hedge.kind) {
    case 'off':
      return { afterS: null, why: 'no hedge, as asked' }
    case 'after':
      return { afterS: startDelayS + hedge.seconds, why: `hedge after ${inSeconds(hedge.seconds)} of work, as asked` }
    case 'quantile':
      return atQuantile(hedge.quantile, prediction, startDelayS)
    case 'auto':
      if (context.clones > 1) return { afterS: null, why: 'no hedge: its clones race already' }
      if (prediction.basis.kind === 'none') {
        return { afterS: null, why: 'no hedge: neither history nor an estimate to tell slow' }
      }
      return unasked(prediction, startDelayS)
    default:
      return unreachable(hedge)
  }
}

/** By itself a hedge waits for p90, but not less than {@link leastHedgeS} of work. */
function unasked(prediction: Prediction, startDelayS: number): { afterS: number; why: string } {
  if (durationAt(prediction, 0.9) >= leastHedgeS) return atQuantile(0.9, prediction, startDelayS)
  const afterS = startDelayS + leastHedgeS
  return { afterS, why: `hedge after ${inSeconds(afterS)} (start delay and the least of ${inSeconds(leastHedgeS)})` }
}

function atQuantile(q: number, prediction: Prediction, startDelayS: number): { afterS: number; why: string } {
  const afterS = startDelayS + durationAt(prediction, q)
  return { afterS, why: `hedge after ${inSeconds(afterS)} (start delay and p${Number((q * 100).toFixed(3))})` }
}
