// Draws the page and one picture a series.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAll, readJson } from './json.mjs'
import { seriesChart } from './picture/chart.mjs'
import { reportPage } from './picture/page.mjs'
import { standalone } from './picture/style.mjs'

const [
  summaryPath = '',
  cleanedFolder = '',
  featuresFolder = '',
  verdictsFolder = '',
  pagePath = '',
  picturesFolder = '',
] = process.argv.slice(2)
const summary = readJson(summaryPath)

/** @param {string} folder */
const byName = (folder) => Object.fromEntries(readAll(folder).map((document) => [document.name, document]))
const cleaned = byName(cleanedFolder)
const features = byName(featuresFolder)
const verdicts = byName(verdictsFolder)

const entries = summary.ranking.map((/** @type {{ name: string }} */ ranked) => {
  const series = cleaned[ranked.name]
  const { low, high, rhythm } = features[ranked.name]
  const { windows } = verdicts[ranked.name]
  return {
    ...ranked,
    windows,
    rhythm,
    counts: series.counts,
    chart: seriesChart(series, { low, high, marks: windows }),
  }
})

writeFileSync(pagePath, reportPage(summary, entries))
mkdirSync(picturesFolder, { recursive: true })
for (const { name, chart } of entries) writeFileSync(join(picturesFolder, `${name}.svg`), standalone(chart))
