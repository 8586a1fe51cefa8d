import { inSeconds } from '#core/planning/in-seconds.ts'
import { enoughSamples } from '#core/prediction/predict.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'

/** A p99 beyond this many times the median shows stragglers worth a clone. */
const heavyTail = 2
/** Share of clones that failed from which on a task is risky. */
const failureShare = 0.1

/**
 * Why history calls a task risky, in words; `undefined` when it does not, or has too little to say. Clones that were told
 * to end (their sibling was faster) say nothing. O(samples).
 */
export function riskOf(samples: readonly Sample[], prediction: Prediction): string | undefined {
  const ended = samples.filter((sample) => sample.outcome !== 'lost')
  if (ended.length < enoughSamples) return undefined
  const failed = ended.filter((sample) => sample.outcome === 'failed').length
  if (failed / ended.length >= failureShare) {
    return `${failed} of its last ${ended.length} clones failed`
  }
  const { p50, p99 } = prediction.durationS
  if (prediction.basis.kind === 'history' && p99 > heavyTail * p50) {
    return `its slowest clones take ${inSeconds(p99)}, and half of them up to ${inSeconds(p50)}`
  }
  return undefined
}
