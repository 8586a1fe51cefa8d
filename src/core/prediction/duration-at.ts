import type { Prediction } from '#core/prediction/prediction.ts'

/**
 * The duration in seconds that a share `q` (0–1) of clones stays below: the known quantiles exactly, straight lines between
 * them, below the median in proportion, above p99 the p99. O(1).
 */
export function durationAt(prediction: Prediction, q: number): number {
  const { p50, p90, p99 } = prediction.durationS
  if (q < 0.5) return p50 * (q / 0.5)
  if (q < 0.9) return p50 + (p90 - p50) * ((q - 0.5) / 0.4)
  if (q < 0.99) return p90 + (p99 - p90) * ((q - 0.9) / 0.09)
  return p99
}
