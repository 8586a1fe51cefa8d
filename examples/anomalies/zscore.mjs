// Scores each sample by its distance from the usual, and finds lasting shifts of the level by CUSUM.
import { readJson, writeJson } from './json.mjs'
import { cusumAlarms } from './numerics/cusum.mjs'
import { significant } from './numerics/round.mjs'

const [featuresPath = '', outputPath = '', threshold = '6'] = process.argv.slice(2)
const limit = Number(threshold)
/** @type {{ name: string, excess: number[], localLevel: number[] }} */
const { name, excess, localLevel } = readJson(featuresPath)

// Over local medians and cut off, so that one spike alone cannot raise an alarm: only a lasting shift does.
const bounded = localLevel.map((z) => Math.max(-limit / 2, Math.min(limit / 2, z)))

writeJson(outputPath, {
  name,
  spikes: excess.flatMap((z, index) => (Math.abs(z) >= limit ? [{ index, score: significant(z, 4) }] : [])),
  shifts: cusumAlarms(bounded, { slack: 1, limit: 12 * limit }),
})
