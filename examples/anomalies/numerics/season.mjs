import { median, robustScale, rollingRange } from './robust.mjs'

/**
 * What is usual at each slot of a period. `scale` is how much the edges of that band differ from one period to the next.
 * @typedef {{ low: number, high: number, scale: number }} UsualBand
 */

/**
 * Learns the usual band of each slot: in each period the least and greatest value within `half` slots, so that a nightly job
 * may start a little early or late, then the median of those over all periods. O(n log n).
 * @param {readonly number[]} values
 * @param {number} period samples in a period
 * @param {number} half
 * @returns {UsualBand[]} one a slot; slot 0 is the slot of `values[0]`
 */
export function usualBands(values, period, half) {
  const { least, greatest } = rollingRange(values, { before: half, after: half })
  return Array.from({ length: period }, (_, slot) => {
    const lows = everyNth(least, slot, period)
    const highs = everyNth(greatest, slot, period)
    return { low: median(lows), high: median(highs), scale: Math.max(robustScale(lows), robustScale(highs)) }
  })
}

/**
 * @param {readonly number[]} values
 * @param {number} first
 * @param {number} step
 */
function everyNth(values, first, step) {
  return values.filter((_, index) => index % step === first)
}

/**
 * Autocorrelation at `lag`, in [-1, 1]; 0 for a constant series. O(n).
 * @param {readonly number[]} values
 * @param {number} lag
 */
export function autocorrelation(values, lag) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let both = 0
  let total = 0
  values.forEach((value, index) => {
    const later = values[index + lag]
    total += (value - mean) ** 2
    if (later !== undefined) both += (value - mean) * (later - mean)
  })
  return total === 0 ? 0 : both / total
}
