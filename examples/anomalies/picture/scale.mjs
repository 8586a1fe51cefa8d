/**
 * Maps `[from, to]` on a linear scale to pixels.
 * @param {readonly [number, number]} domain
 * @param {readonly [number, number]} pixels
 * @returns {(value: number) => number}
 */
export function linearScale([from, to], [start, end]) {
  const width = to - from || 1
  return (value) => start + ((value - from) / width) * (end - start)
}

/**
 * Round numbers (1, 2, 5 x 10^k) inside `[from, to]`, about `count` of them.
 * @param {number} from
 * @param {number} to
 * @param {number} count
 */
export function linearTicks(from, to, count) {
  const rough = (to - from || 1) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(from / step)
  const last = Math.floor(to / step)
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step)
}

/**
 * Powers of ten inside `[from, to]`, thinned out to about `count` of them.
 * @param {number} from
 * @param {number} to
 * @param {number} count
 */
export function logTicks(from, to, count) {
  const first = Math.ceil(Math.log10(Math.max(from, 1)))
  const last = Math.floor(Math.log10(Math.max(to, 1)))
  const every = Math.max(1, Math.ceil((last - first + 1) / count))
  return Array.from({ length: last - first + 1 }, (_, k) => 10 ** (first + k)).filter((__, k) => k % every === 0)
}

const prefixes = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
]

/**
 * A number for people: three significant digits, an SI prefix, a unit.
 * @param {number} value
 * @param {string} unit
 */
export function readable(value, unit) {
  const [size, prefix] = prefixes.find(([least]) => Math.abs(value) >= Number(least)) ?? [1, '']
  const digits = String(Number((value / Number(size)).toPrecision(3)))
  const suffix = `${prefix}${unit}`
  return suffix === '' ? digits : `${digits} ${suffix}`
}
