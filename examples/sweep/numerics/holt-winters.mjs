/**
 * Forecasts by exponential smoothing of a level and an additive season (Winters 1960, without a trend): after each value y,
 *
 *   level  += alpha * (y - season[slot] - level)
 *   season += gamma * (y - level - season)[slot]
 *
 * starting from the first period's mean and deviations. O(n).
 * @param {readonly number[]} past at least one period
 * @param {number} ahead
 * @param {{ alpha: number, gamma: number, period: number }} options rates in [0, 1]; samples in a period
 * @returns {number[]} the next `ahead` values
 */
export function holtWinters(past, ahead, { alpha, gamma, period }) {
  const start = past.slice(0, period)
  let level = start.reduce((sum, value) => sum + value, 0) / start.length
  const season = start.map((value) => value - level)
  past.slice(period).forEach((value, index) => {
    const slot = index % period
    const usual = season[slot] ?? 0
    level += alpha * (value - usual - level)
    season[slot] = usual + gamma * (value - level - usual)
  })
  return Array.from({ length: ahead }, (_, step) => level + (season[(past.length + step) % period] ?? 0))
}
