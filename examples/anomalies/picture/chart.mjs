import { escapeXml } from './escape.mjs'
import { linearScale, linearTicks, logTicks, readable } from './scale.mjs'
import { dayMonth, minute } from './time.mjs'

/**
 * What a chart shows of a window of anomalies.
 * @typedef {{ first: number, last: number, peak: number, from: string, to: string, agreed: boolean, detectors: string[] }} Mark
 *
 * @typedef {{ name: string, label: string, unit: string, logarithmic: boolean, startS: number, stepS: number, values: number[] }} Series
 */

const width = 960
const height = 210
const plot = { left: 62, right: width - 22, top: 12, bottom: height - 28 }
const daysBetweenTicks = 2
const daySeconds = 86_400

/**
 * Draws one series over time as SVG: the range of values at each pixel, the usual band, and the windows of anomalies.
 * It has a title and a description, and only classes: the colours are the page's.
 * @param {Series} series
 * @param {{ low: readonly number[], high: readonly number[], marks: readonly Mark[] }} found the usual band, and what is outside of it
 */
export function seriesChart(series, { low, high, marks }) {
  const lift = series.logarithmic ? Math.log1p : (/** @type {number} */ value) => value
  const least = Math.min(...series.values)
  const greatest = Math.max(...series.values)
  const x = linearScale([0, series.values.length - 1], [plot.left, plot.right])
  const y = linearScale(paddedDomain(lift(least), lift(greatest)), [plot.bottom, plot.top])
  /** @param {number} value */
  const heightOf = (value) => Math.min(Math.max(y(lift(value)), plot.top), plot.bottom).toFixed(1)

  const ticks = series.logarithmic ? logTicks(least, greatest, 5) : linearTicks(least, greatest, 4)
  const parts = [
    ...ticks.map((tick) => valueTick(heightOf(tick), readable(tick, series.unit))),
    ...dayTicks(series).map(({ index, label }) => timeTick(x(index).toFixed(1), label)),
    ...marks.map((mark) => band(mark, x)),
    `<path class="usual" d="${areaPath({ low, high }, x, heightOf)}"/>`,
    `<path class="range" d="${areaPath({ low: series.values, high: series.values }, x, heightOf)}"/>`,
    ...marks.map((mark) => peakDot(mark, x(mark.peak).toFixed(1), heightOf(series.values[mark.peak] ?? 0))),
  ]
  const id = `chart-${series.name}`
  return [
    `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" xmlns="http://www.w3.org/2000/svg">`,
    `<title id="${id}-title">${escapeXml(`${series.label}, ${series.name}`)}</title>`,
    `<desc id="${id}-desc">${escapeXml(describe(series, marks, least, greatest))}</desc>`,
    ...parts,
    '</svg>',
  ].join('\n')
}

/**
 * @param {Series} series
 * @param {readonly Mark[]} marks
 * @param {number} low
 * @param {number} high
 */
function describe(series, marks, low, high) {
  const range = `from ${readable(low, series.unit)} to ${readable(high, series.unit)}${series.logarithmic ? ', on a logarithmic scale' : ''}`
  const agreed = marks.filter((mark) => mark.agreed).length
  return `${series.values.length} values ${range}. ${marks.length} windows of anomalies are marked; in ${agreed} of them detectors agree.`
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
function paddedDomain(low, high) {
  const padding = (high - low || 1) * 0.04
  return [low - padding, high + padding]
}

/**
 * The area between the least of `low` and the greatest of `high` at each pixel: no spike is lost, and the path stays small.
 * @param {{ low: readonly number[], high: readonly number[] }} edges
 * @param {(index: number) => number} x
 * @param {(value: number) => string} heightOf
 */
function areaPath({ low, high }, x, heightOf) {
  /** @type {Map<number, { low: number, high: number }>} */
  const columns = new Map()
  low.forEach((value, index) => {
    const pixel = Math.round(x(index))
    const above = high[index] ?? value
    const column = columns.get(pixel) ?? { low: value, high: above }
    columns.set(pixel, { low: Math.min(column.low, value), high: Math.max(column.high, above) })
  })
  const upper = [...columns].map(([pixel, column]) => `${pixel},${heightOf(column.high)}`)
  const lower = [...columns].reverse().map(([pixel, column]) => `${pixel},${heightOf(column.low)}`)
  return `M${upper.join('L')}L${lower.join('L')}Z`
}

/**
 * @param {Mark} mark
 * @param {(index: number) => number} x
 */
function band(mark, x) {
  const least = 3
  const left = x(mark.first)
  const across = Math.max(least, x(mark.last) - left)
  const hint = `${minute(mark.from)} to ${minute(mark.to)}: ${mark.detectors.join(', ')}`
  // What only one detector saw is a short strip at the foot: told apart by shape, not by colour alone.
  const top = mark.agreed ? plot.top : plot.bottom + 2
  const bottom = mark.agreed ? plot.bottom : plot.bottom + 7
  const place = `x="${left.toFixed(1)}" y="${top}" width="${across.toFixed(1)}" height="${bottom - top}"`
  return `<rect class="band ${mark.agreed ? 'agreed' : 'single'}" ${place}><title>${escapeXml(hint)}</title></rect>`
}

/**
 * @param {Mark} mark
 * @param {string} x
 * @param {string} y
 */
function peakDot(mark, x, y) {
  return mark.agreed ? `<circle class="peak" cx="${x}" cy="${y}" r="3.5"/>` : ''
}

/**
 * @param {string} y
 * @param {string} label
 */
function valueTick(y, label) {
  return `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/><text class="tick" x="${plot.left - 7}" y="${y}" dy="0.32em" text-anchor="end">${escapeXml(label)}</text>`
}

/**
 * @param {string} x
 * @param {string} label
 */
function timeTick(x, label) {
  return `<line class="grid" x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}"/><text class="tick" x="${x}" y="${plot.bottom + 20}" text-anchor="middle">${label}</text>`
}

/** @param {Series} series */
function dayTicks({ startS, stepS, values }) {
  const endS = startS + (values.length - 1) * stepS
  const spacing = daysBetweenTicks * daySeconds
  const firstMidnight = Math.ceil(startS / daySeconds) * daySeconds
  return Array.from({ length: Math.floor((endS - firstMidnight) / spacing) + 1 }, (_, k) => {
    const timeS = firstMidnight + k * spacing
    return { index: (timeS - startS) / stepS, label: dayMonth(new Date(timeS * 1000).toISOString()) }
  })
}
