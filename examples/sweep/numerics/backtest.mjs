/**
 * Mean absolute error of a forecaster over rolling origins: from each origin it sees the past only, and is asked for the
 * next `horizon` values.
 * @param {readonly number[]} series
 * @param {(past: readonly number[], ahead: number) => readonly number[]} forecast
 * @param {{ horizon: number, firstOrigin: number, every: number }} rules in samples
 * @returns {number}
 */
export function backtest(series, forecast, { horizon, firstOrigin, every }) {
  let sum = 0
  let count = 0
  for (let origin = firstOrigin; origin + horizon <= series.length; origin += every) {
    forecast(series.slice(0, origin), horizon).forEach((value, step) => {
      sum += Math.abs(value - (series[origin + step] ?? 0))
      count += 1
    })
  }
  return sum / count
}
