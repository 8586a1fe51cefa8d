/**
 * Mean of each full clock hour (UTC) from `timestamp,value` lines with a header; an hour with no sample keeps the mean before.
 * @param {string} csv
 * @returns {number[]}
 */
export function hourlyMeans(csv) {
  const secondsPerHour = 3600
  /** @type {Map<number, number[]>} */
  const byHour = new Map()
  for (const line of csv.trim().split('\n').slice(1)) {
    const [stamp = '', value = ''] = line.split(',')
    const hour = Math.floor(Date.parse(`${stamp.replace(' ', 'T')}Z`) / 1000 / secondsPerHour)
    byHour.set(hour, [...(byHour.get(hour) ?? []), Number(value)])
  }
  // The first and the last hour are cut off by where the recording began and ended.
  const first = Math.min(...byHour.keys()) + 1
  const last = Math.max(...byHour.keys()) - 1
  /** @type {number[]} */
  const means = []
  for (let hour = first; hour <= last; hour += 1) {
    const samples = byHour.get(hour)
    means.push(
      samples === undefined ? (means.at(-1) ?? 0) : samples.reduce((sum, value) => sum + value, 0) / samples.length,
    )
  }
  return means
}
