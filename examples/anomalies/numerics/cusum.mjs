/**
 * Two-sided CUSUM over standardised values: sums of the excess over `slack`, cut at zero from below, restarted after each alarm.
 * Finds shifts of the level that no single point gives away (Page 1954).
 * @param {readonly number[]} z
 * @param {{ slack: number, limit: number }} options in standard deviations
 * @returns {{ start: number, end: number }[]} for each alarm, from where its sum left zero to the sample that raised it
 */
export function cusumAlarms(z, { slack, limit }) {
  /** @type {{ start: number, end: number }[]} */
  const alarms = []
  for (const sign of [1, -1]) {
    let sum = 0
    let start = 0
    z.forEach((value, index) => {
      if (sum === 0) start = index
      sum = Math.max(0, sum + sign * value - slack)
      if (sum > limit) {
        alarms.push({ start, end: index })
        sum = 0
      }
    })
  }
  return alarms.sort((a, b) => a.start - b.start || a.end - b.end)
}
