import { inSeconds } from '#core/planning/in-seconds.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'
import { LIMITS } from '#core/workflow/limits.ts'

/** The limit of a clone's command; `why` is `null` where there is nothing to say of it. */
export interface TimeLimit {
  readonly timeoutS: number | null
  readonly why: string | null
}

/** Least limit that is set without being asked for: what AWS Batch takes. */
const leastS = 60

/**
 * The user's limit, kept even where history shows it to be short. Without one, a clone that a budget pays for gets twice
 * the p99, since what it may cost at worst must be known; and twice the limit that stopped the clones since the last claim.
 */
export function timeLimit(
  askedS: number | undefined,
  budgetUsd: number | null,
  prediction: Prediction,
  samples: readonly Sample[],
): TimeLimit {
  if (askedS !== undefined) {
    const stopped = samples.filter(({ cause }) => cause === 'timed-out').length
    if (stopped === 0) return { timeoutS: askedS, why: null }
    const why = `the limit of ${inSeconds(askedS)} is kept as asked, though ${stopped} of its last ${samples.length} clones timed out`
    return { timeoutS: askedS, why }
  }
  if (budgetUsd === null) return { timeoutS: null, why: null }
  const lastClaim = samples.findIndex(({ outcome }) => outcome === 'claimed')
  const since = lastClaim < 0 ? samples : samples.slice(0, lastClaim)
  const tooShort = since.flatMap(({ cause, timeoutS }) =>
    cause === 'timed-out' && timeoutS !== null ? [timeoutS] : [],
  )
  const p99S = prediction.durationS.p99
  const wantedS = Math.ceil(2 * Math.max(p99S, ...tooShort))
  const timeoutS = Math.min(Math.max(leastS, wantedS), LIMITS.timeoutS.value)
  const basis = tooShort.length > 0 ? 'twice the limit that was too short' : `twice its p99, at least ${leastS} s`
  return { timeoutS, why: `ended after ${inSeconds(timeoutS)} (${basis}), since the run has a budget` }
}
