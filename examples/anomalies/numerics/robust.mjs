/**
 * Median of `values`; the mean of the middle two for an even count, NaN for none. O(n log n).
 * @param {Iterable<number>} values
 * @returns {number}
 */
export function median(values) {
  return medianOfSorted(Float64Array.from(values).sort())
}

/**
 * Quantile `q` in [0, 1] by linear interpolation between order statistics (the usual "type 7"). O(n log n).
 * @param {Iterable<number>} values
 * @param {number} q
 * @returns {number}
 */
export function quantile(values, q) {
  const sorted = Float64Array.from(values).sort()
  const position = (sorted.length - 1) * q
  const below = Math.floor(position)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  return low + (high - low) * (position - below)
}

/** For a normal sample, 1.4826 x MAD estimates the standard deviation. */
const normalConsistency = 1.4826

/**
 * Robust standard deviation: the scaled median absolute deviation from the median. O(n log n).
 * @param {readonly number[]} values
 * @returns {number}
 */
export function robustScale(values) {
  const centre = median(values)
  return normalConsistency * median(values.map((value) => Math.abs(value - centre)))
}

/**
 * Neighbours of a sample: so many before it and so many after it, fewer at the ends of the series.
 * @typedef {{ before: number, after: number }} Reach
 */

/**
 * Median over a sliding window. It is kept sorted while it slides: O(n * window) moves, O(n log window) comparisons.
 * @param {readonly number[]} values
 * @param {Reach} reach
 * @returns {number[]}
 */
export function rollingMedian(values, reach) {
  return slide(values, reach, medianOfSorted)
}

/**
 * Robust scale over a sliding window. O(n * window log window).
 * @param {readonly number[]} values
 * @param {Reach} reach
 * @returns {number[]}
 */
export function rollingScale(values, reach) {
  return slide(values, reach, robustScale)
}

/**
 * Least and greatest value over a sliding window.
 * @param {readonly number[]} values
 * @param {Reach} reach
 * @returns {{ least: number[], greatest: number[] }}
 */
export function rollingRange(values, reach) {
  return {
    least: slide(values, reach, (sorted) => sorted[0] ?? Number.NaN),
    greatest: slide(values, reach, (sorted) => sorted.at(-1) ?? Number.NaN),
  }
}

/**
 * Calls `measure` at each sample with the sample and its neighbours in ascending order.
 * @param {readonly number[]} values
 * @param {Reach} reach
 * @param {(sorted: readonly number[]) => number} measure
 */
function slide(values, { before, after }, measure) {
  /** @type {number[]} */
  const window = []
  for (const value of values.slice(0, after)) window.splice(lowerBound(window, value), 0, value)
  return values.map((_, index) => {
    const entering = values[index + after]
    const leaving = values[index - before - 1]
    if (entering !== undefined) window.splice(lowerBound(window, entering), 0, entering)
    if (leaving !== undefined) window.splice(lowerBound(window, leaving), 1)
    return measure(window)
  })
}

/**
 * @param {ArrayLike<number>} sorted
 * @returns {number}
 */
function medianOfSorted(sorted) {
  const high = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + high) / 2
}

/**
 * @param {readonly number[]} sorted
 * @param {number} value
 */
function lowerBound(sorted, value) {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (/** @type {number} */ (sorted[middle]) < value) low = middle + 1
    else high = middle
  }
  return low
}
