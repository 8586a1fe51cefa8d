import type { Cause } from '#core/failure/cause.ts'
import { inSeconds } from '#core/planning/in-seconds.ts'
import { failureCounts } from '#core/prediction/failure-counts.ts'
import { enoughSamples } from '#core/prediction/predict.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'

/** A p99 beyond this many times the median shows stragglers worth a clone. */
const heavyTail = 2
/** Share of clones that failed, or of work that was lost with hosts, from which on a task is risky. */
const failureShare = 0.1

/** Failures that a second clone would share, or that have a remedy of their own before the task starts. */
const shared: ReadonlySet<Cause> = new Set<Cause>([
  'engine-lost',
  'out-of-memory',
  'image',
  'bad-input',
  'no-quorum',
  'over-budget',
  'in-doubt',
])

/**
 * Why history calls a task risky, in words; `undefined` when it does not, or has too little to say. Clones that were told
 * to end (their sibling was faster) say nothing. Reclaims weigh by the work that they threw away, too. O(samples).
 */
export function riskOf(samples: readonly Sample[], prediction: Prediction): string | undefined {
  const ended = samples.filter((sample) => sample.outcome !== 'lost')
  if (ended.length < enoughSamples) return undefined
  const failed = ended.filter(({ outcome, cause }) => outcome === 'failed' && (cause === null || !shared.has(cause)))
  const lost = failed.filter(({ cause }) => cause === 'reclaimed' || cause === 'host-lost')
  const [lostS, allS] = [workS(lost), workS(ended)]
  const lostWords = lostS > 0 ? `${inSeconds(lostS)} of ${inSeconds(allS)} of its work went with lost hosts` : undefined
  if (failed.length / ended.length >= failureShare) {
    const words = `${failed.length} of its last ${ended.length} clones failed (${byCause(failed)})`
    return lostWords === undefined ? words : `${words}, and ${lostWords}`
  }
  return lostWords !== undefined && lostS >= failureShare * allS ? lostWords : tail(prediction)
}

function tail({ basis, durationS: { p50, p99 } }: Prediction): string | undefined {
  if (basis.kind !== 'history' || p99 <= heavyTail * p50) return undefined
  return `its slowest clones take ${inSeconds(p99)}, and half of them up to ${inSeconds(p50)}`
}

function byCause(failed: readonly Sample[]): string {
  const counts = failureCounts(failed.map((sample) => ({ ...sample, remedy: null })))
  return counts.map(({ cause, clones }) => `${clones} ${cause}`).join(', ')
}

function workS(samples: readonly Sample[]): number {
  return samples.reduce((sum, { runningS }) => sum + (runningS ?? 0), 0)
}
