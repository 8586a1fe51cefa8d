import { median, quantile, robustScale, rollingMedian, rollingRange, rollingScale } from './robust.mjs'
import { autocorrelation, usualBands } from './season.mjs'

const dayS = 86_400

/** Slots by which a daily event may be early or late and is still usual. */
const jitter = 3

/**
 * Splits a series into what was usual and how far each sample is outside of it, in robust standard deviations. Usual is the
 * median of the day before, plus the band that this time of day takes around it. With local statistics of the excess.
 * @param {{ values: readonly number[], stepS: number, logarithmic: boolean }} series
 * @param {{ window: number }} options samples on each side of the local statistics
 */
export function describeSeries({ values, stepS, logarithmic }, { window }) {
  const x = logarithmic ? values.map(Math.log1p) : [...values]
  const back = logarithmic ? Math.expm1 : (/** @type {number} */ value) => value
  const day = Math.round(dayS / stepS)

  const level = levelBefore(x, day)
  const around = x.map((value, index) => value - at(level, index))
  const bands = usualBands(around, day, jitter)
  const noise = noiseScale(around)
  const excess = around.map((value, index) => {
    const band = bands[index % day] ?? { low: 0, high: 0, scale: 0 }
    return (value - Math.min(Math.max(value, band.low), band.high)) / Math.max(noise, band.scale)
  })

  const near = { before: window, after: window }
  return {
    low: level.map((value, index) => back(value + (bands[index % day]?.low ?? 0))),
    high: level.map((value, index) => back(value + (bands[index % day]?.high ?? 0))),
    excess,
    jump: excess.map((value, index) => value - (excess[index - 1] ?? value)),
    localLevel: rollingMedian(around, near).map((value) => value / noise),
    localScale: rollingScale(around, near).map((value) => value / noise),
    rhythm: autocorrelation(rollingRange(around, { before: jitter, after: jitter }).greatest, day),
  }
}

/**
 * Median of the `day` samples before each sample; for the first day, which has none, the median of that day.
 * @param {readonly number[]} values
 * @param {number} day
 */
export function levelBefore(values, day) {
  const first = median(values.slice(0, day))
  const trailing = rollingMedian(values, { before: day - 1, after: 0 })
  return values.map((_, index) => (index < day ? first : at(trailing, index - 1)))
}

/** Distance between the 5 % and 95 % quantiles of a normal sample, in standard deviations. */
const normalSpread = 3.29

/**
 * Robust scale of what is around the level. A series that mostly stands still has a MAD of almost nothing, which would make
 * any step an anomaly: so the spread of the middle nine tenths counts too, where that is wider, and it is never zero.
 * @param {readonly number[]} values
 */
export function noiseScale(values) {
  return Math.max(robustScale(values), (quantile(values, 0.95) - quantile(values, 0.05)) / normalSpread, 1e-9)
}

/**
 * @param {readonly number[]} values
 * @param {number} index
 */
function at(values, index) {
  return /** @type {number} */ (values[index])
}
