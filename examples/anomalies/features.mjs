// Learns what is usual in one series at each time of day, and measures how far each sample is outside of it.
import { readJson, writeJson } from './json.mjs'
import { describeSeries } from './numerics/features.mjs'
import { significant } from './numerics/round.mjs'
import { awaitDependency } from './slow-dependency.mjs'

const [cleanedPath = '', outputPath = '', window = '12', slowSeries = '', stallS = '0'] = process.argv.slice(2)
const cleaned = readJson(cleanedPath)

await awaitDependency({ series: cleaned.name, slowSeries, stallS: Number(stallS) }, process.env)
const { rhythm, ...columns } = describeSeries(cleaned, { window: Number(window) })

writeJson(outputPath, {
  name: cleaned.name,
  rhythm: significant(rhythm, 3),
  ...Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, values.map((value) => significant(value, 5))]),
  ),
})
