/**
 * One measured point: seconds since the epoch (UTC) and the value.
 * @typedef {{ timeS: number, value: number }} Sample
 *
 * A series on a regular grid. `filled` are `[first, count]` runs of slots that held no sample.
 * @typedef {{ startS: number, values: number[], filled: [number, number][], duplicates: number, moved: number }} Gridded
 */

/**
 * Parses `timestamp,value` lines with a header; times are UTC without a zone. Lines that hold no number are counted, not kept.
 * @param {string} text
 * @returns {{ samples: Sample[], rejected: number }}
 */
export function parseSamples(text) {
  const lines = text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line !== '')
  const samples = lines
    .map((line) => {
      const [stamp = '', value = ''] = line.split(',')
      return {
        timeS: Date.parse(`${stamp.replace(' ', 'T')}Z`) / 1000,
        value: value.trim() === '' ? Number.NaN : Number(value),
      }
    })
    .filter(({ timeS, value }) => Number.isFinite(timeS) && Number.isFinite(value))
  return { samples, rejected: lines.length - samples.length }
}

/**
 * Puts samples on a grid of `stepS` seconds that starts at the earliest one. A sample goes to the nearest slot, samples of one
 * slot are averaged, and empty slots are interpolated between their neighbours. O(n log n).
 * @param {readonly Sample[]} samples
 * @param {number} stepS
 * @returns {Gridded}
 */
export function toGrid(samples, stepS) {
  const ordered = [...samples].sort((a, b) => a.timeS - b.timeS)
  const startS = ordered[0]?.timeS ?? 0
  /** @type {Map<number, number[]>} */
  const slots = new Map()
  let moved = 0
  for (const { timeS, value } of ordered) {
    const slot = Math.round((timeS - startS) / stepS)
    if (startS + slot * stepS !== timeS) moved += 1
    slots.set(slot, [...(slots.get(slot) ?? []), value])
  }

  /** @type {number[]} */
  const values = []
  /** @type {[number, number][]} */
  const filled = []
  for (const [slot, found] of slots) {
    const first = values.length
    const missing = slot - first
    const after = found.reduce((sum, value) => sum + value, 0) / found.length
    if (missing > 0) {
      const before = /** @type {number} */ (values[first - 1])
      for (let step = 1; step <= missing; step += 1) values.push(before + ((after - before) * step) / (missing + 1))
      filled.push([first, missing])
    }
    values.push(after)
  }
  return { startS, values, filled, duplicates: ordered.length - slots.size, moved }
}

/**
 * Limits values to `[min, max]` and counts those that were outside.
 * @param {readonly number[]} values
 * @param {{ min?: number, max?: number }} range
 */
export function clip(values, { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) {
  const clipped = values.map((value) => Math.min(Math.max(value, min), max))
  return { values: clipped, changed: clipped.filter((value, index) => value !== values[index]).length }
}
