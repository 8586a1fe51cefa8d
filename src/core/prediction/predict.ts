import type { Prediction, Quantiles, Sample } from '#core/prediction/prediction.ts'
import type { Estimate, Resources } from '#core/workflow/workflow.ts'

/** Samples below which history does not speak for itself. */
export const enoughSamples = 3

/** Spread of a duration around the user's estimate until history shows its own: p90 is 1.5 times p50, p99 2.5 times. */
const estimateSpread = { p90: 1.5, p99: 2.5 }

/** Without estimate or history a task is taken to last this long, so that plans can be compared at all. */
const unknownDurationS: Quantiles = { p50: 10, p90: 60, p99: 600 }

/**
 * What a clone of a task will take: quantiles of the family's claims when there are {@link enoughSamples}, else the
 * user's estimate with a fixed spread, else a wide guess. Memory without history is what was asked for. O(n log n).
 */
export function predict(samples: readonly Sample[], estimate: Estimate, resources: Resources): Prediction {
  const durations = measured(samples, (sample) => sample.runningS)
  const memories = measured(samples, (sample) => sample.peakMemoryMiB)
  const memoryMiB =
    memories.length >= enoughSamples ? quantilesOf(memories) : flat(estimate.memoryMiB ?? resources.memoryMiB)
  if (durations.length >= enoughSamples) {
    const basis = { kind: 'history', samples: durations.length } as const
    return { basis, durationS: quantilesOf(durations), memoryMiB }
  }
  if (estimate.durationS !== undefined) {
    const p50 = estimate.durationS
    const durationS = { p50, p90: p50 * estimateSpread.p90, p99: p50 * estimateSpread.p99 }
    return { basis: { kind: 'estimate' }, durationS, memoryMiB }
  }
  return { basis: { kind: 'none' }, durationS: unknownDurationS, memoryMiB }
}

/** Only clones that came to a claim tell how long the task takes. */
function measured(samples: readonly Sample[], of: (sample: Sample) => number | null): readonly number[] {
  return samples
    .filter((sample) => sample.outcome === 'claimed')
    .map(of)
    .filter((value): value is number => value !== null)
    .sort((a, b) => a - b)
}

/** Quantile by linear interpolation between order statistics (Hyndman and Fan, type 7) of sorted, non-empty values. */
function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] as number
  const high = sorted[Math.ceil(at)] as number
  return low + (high - low) * (at - Math.floor(at))
}

function quantilesOf(sorted: readonly number[]): Quantiles {
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99) }
}

function flat(value: number): Quantiles {
  return { p50: value, p90: value, p99: value }
}
