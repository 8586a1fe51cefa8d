// Parses one series, puts it on a regular grid, fills its gaps and clips it to what its metric can be.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readJson, writeJson } from './json.mjs'
import { clip, parseSamples, toGrid } from './numerics/grid.mjs'
import { significant } from './numerics/round.mjs'
import { awaitDependency } from './slow-dependency.mjs'

const [seriesPath = '', rulesPath = '', outputPath = '', slowSeries = '', stallS = '0'] = process.argv.slice(2)
const series = readJson(seriesPath)
const { stepSeconds, metrics } = readJson(rulesPath)
const rule = metrics[series.metric]
if (rule === undefined) throw new Error(`rules.json has no rule for the metric ${series.metric}`)

await awaitDependency({ series: series.name, slowSeries, stallS: Number(stallS) }, process.env)
const { samples, rejected } = parseSamples(gunzipSync(readFileSync(series.file)).toString('utf8'))
const grid = toGrid(samples, stepSeconds)
const clipped = clip(grid.values, rule)

writeJson(outputPath, {
  name: series.name,
  label: rule.label,
  unit: rule.unit,
  logarithmic: rule.logarithmic,
  startS: grid.startS,
  stepS: stepSeconds,
  values: clipped.values.map((value) => significant(value)),
  filled: grid.filled,
  counts: {
    samples: samples.length,
    rejected,
    duplicates: grid.duplicates,
    moved: grid.moved,
    filled: grid.filled.reduce((sum, [, count]) => sum + count, 0),
    clipped: clipped.changed,
  },
})
