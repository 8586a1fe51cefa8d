/**
 * One setting and its backtest: mean absolute error, and that relative to repeating the last day.
 * @typedef {{ alpha: number, gamma: number, error: number, relative: number }} Fit
 */

const cell = { width: 92, height: 46 }
const margin = { left: 106, top: 78 }

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2126; --faint: #5b646d; --mark: #c43d1b; --data: 43, 108, 163; }
@media (prefers-color-scheme: dark) { :root { --ground: #1c2126; --ink: #e8e6e1; --faint: #a0a8b0; --mark: #ff7a57; --data: 111, 177, 230; } }
text { font: 13px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.name { fill: var(--faint); }
.title { font-size: 16px; font-weight: 600; text-anchor: start; }
.best { fill: none; stroke: var(--mark); stroke-width: 3; }`

/**
 * Draws the errors as an SVG map of alpha over gamma: the darker, the larger; the best is framed.
 * @param {readonly Fit[]} fits
 * @param {Fit} best
 */
export function errorMap(fits, best) {
  const alphas = distinct(fits.map((fit) => fit.alpha))
  const gammas = distinct(fits.map((fit) => fit.gamma))
  const worst = Math.max(...fits.map((fit) => fit.error))
  const width = margin.left + alphas.length * cell.width + 16
  const height = margin.top + gammas.length * cell.height + 44
  /** @param {number} alpha */
  const left = (alpha) => margin.left + alphas.indexOf(alpha) * cell.width
  /** @param {number} gamma */
  const top = (gamma) => margin.top + gammas.indexOf(gamma) * cell.height

  const cells = fits.map(({ alpha, gamma, error }) => {
    const strength = 0.08 + 0.5 * ((error - best.error) / (worst - best.error || 1))
    const box = `x="${left(alpha)}" y="${top(gamma)}" width="${cell.width - 2}" height="${cell.height - 2}" rx="4"`
    const label = `<text x="${left(alpha) + cell.width / 2 - 1}" y="${top(gamma) + cell.height / 2 + 4}">${error.toFixed(2)}</text>`
    const frame = alpha === best.alpha && gamma === best.gamma ? `<rect class="best" ${box}/>` : ''
    return `<rect ${box} fill="rgba(var(--data), ${strength.toFixed(3)})"/>${label}${frame}`
  })
  const percent = (best.relative * 100).toFixed(0)
  const summary = `Least at alpha ${best.alpha}, gamma ${best.gamma}: ${best.error.toFixed(2)} requests, ${percent} % of repeating the last day`
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" xmlns="http://www.w3.org/2000/svg">
<title id="title">Mean absolute error by alpha and gamma</title>
<desc id="desc">${summary}</desc>
<style>${style}</style>
<rect width="100%" height="100%" fill="var(--ground)"/>
<text class="title" x="16" y="28">Mean absolute error</text>
<text class="name" x="16" y="50" style="text-anchor:start">${summary}</text>
${cells.join('\n')}
${alphas.map((alpha) => `<text class="name" x="${left(alpha) + cell.width / 2}" y="${height - 22}">${alpha === alphas[0] ? `alpha ${alpha}` : alpha}</text>`).join('')}
${gammas.map((gamma) => `<text class="name" x="${margin.left - 10}" y="${top(gamma) + cell.height / 2 + 4}" style="text-anchor:end">${gamma === gammas[0] ? `gamma ${gamma}` : gamma}</text>`).join('')}
</svg>
`
}

/** @param {readonly number[]} values */
function distinct(values) {
  return [...new Set(values)].sort((a, b) => a - b)
}
