// Joins what the detectors saw in one series into windows of time, and says where they agree.
import { readJson, writeJson } from './json.mjs'
import { mergeFlags } from './numerics/windows.mjs'

const [cleanedPath = '', zscorePath = '', forestPath = '', outputPath = '', window = '12'] = process.argv.slice(2)
const cleaned = readJson(cleanedPath)
const { spikes, shifts } = readJson(zscorePath)
const { isolated } = readJson(forestPath)

/** Samples that were never measured cannot be anomalous. */
const invented = new Set(
  cleaned.filled.flatMap((/** @type {[number, number]} */ [first, count]) =>
    Array.from({ length: count }, (_, k) => first + k),
  ),
)
/** @param {readonly import('./numerics/windows.mjs').Flag[]} flags */
const measured = (flags) => flags.filter(({ index }) => !invented.has(index))
/** @param {number} index */
const timeOf = (index) => new Date((cleaned.startS + index * cleaned.stepS) * 1000).toISOString()

const shiftEnds = shifts.map((/** @type {{ end: number }} */ { end }) => ({ index: end, score: 1 }))
const windows = mergeFlags(
  { zscore: measured(spikes), forest: measured(isolated), cusum: measured(shiftEnds) },
  Number(window),
)
/** @type {Map<number, number>} */
const scores = new Map(
  spikes.map((/** @type {import('./numerics/windows.mjs').Flag} */ { index, score }) => [index, score]),
)

writeJson(outputPath, {
  name: cleaned.name,
  label: cleaned.label,
  unit: cleaned.unit,
  windows: windows.map((found) => ({
    ...found,
    from: timeOf(found.first),
    to: timeOf(found.last),
    peakAt: timeOf(found.peak),
    peakValue: cleaned.values[found.peak],
    zscore: scores.get(found.peak) ?? null,
    agreed: found.detectors.length > 1,
  })),
})
