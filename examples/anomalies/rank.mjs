// Puts the series in order, the oddest first.
import { writeFileSync } from 'node:fs'
import { readAll, writeJson } from './json.mjs'
import { rankSeries } from './numerics/rank.mjs'

const [verdictsFolder = '', summaryPath = '', headlinePath = ''] = process.argv.slice(2)
const ranking = rankSeries(readAll(verdictsFolder))
const [first] = ranking
const agreed = ranking.reduce((sum, entry) => sum + entry.agreed, 0)
const affected = ranking.filter((entry) => entry.agreed > 0).length

writeJson(summaryPath, {
  series: ranking.length,
  affected,
  agreed,
  single: ranking.reduce((sum, entry) => sum + entry.single, 0),
  ranking,
})
writeFileSync(
  headlinePath,
  agreed === 0
    ? `Nothing that two detectors agree on in ${ranking.length} series.\n`
    : `${agreed} anomalies that detectors agree on, in ${affected} of ${ranking.length} series; ${first?.name} is the oddest.\n`,
)
