/**
 * The forecast to beat: the last period again.
 * @param {readonly number[]} past at least one period
 * @param {number} ahead
 * @param {number} period
 * @returns {number[]}
 */
export function seasonalNaive(past, ahead, period) {
  const last = past.slice(-period)
  return Array.from({ length: ahead }, (_, step) => last[step % period] ?? 0)
}
