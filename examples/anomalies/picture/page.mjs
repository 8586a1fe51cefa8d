import { escapeXml } from './escape.mjs'
import { readable } from './scale.mjs'
import { pageStyle } from './style.mjs'
import { minute } from './time.mjs'

/**
 * @typedef {import('../numerics/rank.mjs').Finding} Finding
 *
 * @typedef {import('../numerics/rank.mjs').Ranked & {
 *   windows: Finding[], rhythm: number, counts: Record<'samples' | 'duplicates' | 'moved' | 'filled', number>, chart: string,
 * }} Entry
 */

/**
 * The whole report as one HTML page: no script, and nothing is loaded from elsewhere.
 * @param {{ series: number, affected: number, agreed: number, single: number }} summary
 * @param {readonly Entry[]} entries in order of rank
 */
export function reportPage(summary, entries) {
  const samples = entries.reduce((sum, { counts }) => sum + counts.samples, 0)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Anomalies in ${summary.series} CloudWatch series</title>
<style>${pageStyle}
</style>
</head>
<body>
<main>
<h1>${heading(summary)}</h1>
<p class="faint">Two weeks of real CloudWatch metrics, one sample every five minutes. Three detectors read each series by themselves; where at least two of them object, it is called an anomaly.</p>
<dl class="tiles">
${tile('series', summary.series)}
${tile('samples', thousands(samples))}
${tile(
  'missing samples filled',
  entries.reduce((sum, { counts }) => sum + counts.filled, 0),
)}
${tile('anomalies, detectors agree', summary.agreed)}
${tile('seen by one detector only', summary.single)}
</dl>
<h2 id="ranking">Ranking</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="ranking">
<table>
<thead><tr><th class="number" scope="col">Rank</th><th scope="col">Series</th><th class="number" scope="col">Anomalies</th><th class="number" scope="col">One detector</th><th scope="col">Strongest at</th><th class="number" scope="col">Value there</th><th class="number" scope="col">Score</th><th class="number" scope="col">Daily rhythm</th></tr></thead>
<tbody>
${entries.map(rankingRow).join('\n')}
</tbody>
</table>
</div>
<h2>Series by series</h2>
<ul class="legend">
<li><i style="background:var(--data)"></i>measured</li>
<li><i style="background:var(--usual)"></i>usual at that time of day</li>
<li><i style="background:var(--agreed)"></i>anomaly: detectors agree</li>
<li><i style="background:var(--single)"></i>seen by one detector only</li>
</ul>
${entries.map(card).join('\n')}
<h2>How it was found</h2>
<p class="small">Samples are put on a five-minute grid; duplicates are averaged, gaps interpolated and never flagged. <em>Usual</em> is the median of the day before plus the band that this time of day takes around it, learnt over all days with a quarter of an hour of slack, so that a nightly job is no surprise. The score is the distance from that band in robust standard deviations. The detectors: <em>zscore</em> flags samples far outside of it, <em>cusum</em> flags a level that has shifted for good, <em>forest</em> flags samples that an isolation forest over four features cuts off early. Daily rhythm is the autocorrelation at a lag of one day. All times are UTC.</p>
<p class="small faint">Data: Numenta Anomaly Benchmark, realAWSCloudWatch, MIT licence.</p>
</main>
</body>
</html>
`
}

/** @param {{ affected: number, agreed: number, series: number }} summary */
function heading({ affected, agreed, series }) {
  if (agreed === 0) return `No anomalies in ${series} CloudWatch series`
  return `${agreed} ${agreed === 1 ? 'anomaly' : 'anomalies'} in ${affected} of ${series} CloudWatch series`
}

/**
 * @param {string} term
 * @param {string | number} value
 */
function tile(term, value) {
  return `<div><dt>${term}</dt><dd>${value}</dd></div>`
}

/** @param {Entry} entry */
function rankingRow({ rank, name, label, unit, agreed, single, worst, rhythm }) {
  const cells = [
    `<td class="number">${rank}</td>`,
    `<th scope="row"><a href="#${escapeXml(name)}">${escapeXml(label)}</a> <span class="faint">${escapeXml(machine(name))}</span></th>`,
    `<td class="number">${agreed}</td>`,
    `<td class="number">${single}</td>`,
    `<td>${worst === null ? '–' : minute(worst.peakAt)}</td>`,
    `<td class="number">${worst === null ? '–' : escapeXml(readable(worst.peakValue, unit))}</td>`,
    `<td class="number">${score(worst)}</td>`,
    `<td class="number">${rhythm.toFixed(2)}</td>`,
  ]
  return `<tr>${cells.join('')}</tr>`
}

/** @param {Entry} entry */
function card({ name, label, unit, agreed, windows, counts, chart }) {
  const repairs = [
    counts.filled > 0 ? `${counts.filled} filled` : '',
    counts.duplicates > 0 ? `${counts.duplicates} duplicates` : '',
    counts.moved > 0 ? `${counts.moved} off the grid` : '',
  ].filter((repair) => repair !== '')
  const verdict = agreed === 0 ? 'no anomaly' : `${agreed} ${agreed === 1 ? 'anomaly' : 'anomalies'}`
  return `<section class="card" id="${escapeXml(name)}" aria-labelledby="${escapeXml(name)}-name">
<header><h3 id="${escapeXml(name)}-name">${escapeXml(label)}</h3><p class="faint small">${escapeXml(machine(name))} · ${counts.samples} samples${repairs.map((repair) => ` · ${repair}`).join('')}</p><p class="verdict ${agreed === 0 ? 'calm' : 'odd'}">${verdict}</p></header>
${chart}
${windows.length === 0 ? '' : windowTable(windows, unit)}
</section>`
}

/**
 * @param {readonly Finding[]} windows
 * @param {string} unit
 */
function windowTable(windows, unit) {
  const rows = windows.map(
    (found) =>
      `<tr><td>${minute(found.from)}</td><td>${minute(found.to)}</td><td class="number">${escapeXml(readable(found.peakValue, unit))}</td><td class="number">${score(found)}</td><td>${found.detectors.join(', ')}</td></tr>`,
  )
  return `<details><summary>${windows.length} ${windows.length === 1 ? 'window' : 'windows'} in detail</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">From</th><th scope="col">To</th><th class="number" scope="col">Value</th><th class="number" scope="col">Score</th><th scope="col">Seen by</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div></details>`
}

/** @param {Finding | null} found */
function score(found) {
  return found === null || found.zscore === null
    ? '–'
    : `${found.zscore < 0 ? '−' : ''}${readable(Math.abs(found.zscore), '')}`
}

/** @param {number} count */
function thousands(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * The part of a series' name that tells machines of one metric apart.
 * @param {string} name
 */
function machine(name) {
  return name.slice(name.lastIndexOf('_') + 1)
}
