/** Colours of charts and page, for light and dark; each text meets a contrast of 4.5 : 1 on its ground. */
const palette = `
:root { color-scheme: light dark; --ground: #f6f5f2; --card: #ffffff; --ink: #1c2126; --faint: #5b646d; --rule: #e2e0da; --data: #2b6ca3; --usual: #b9c4cd; --agreed: #c43d1b; --single: #b07a00; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1c2126; --ink: #e8e6e1; --faint: #a0a8b0; --rule: #31383f; --data: #6fb1e6; --usual: #4a5661; --agreed: #ff7a57; --single: #e0ac3c; } }`

const charts = `
.chart { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .tick { fill: var(--faint); }
.chart .usual { fill: var(--usual); opacity: .6; }
.chart .range { fill: var(--data); stroke: var(--data); stroke-width: .7; stroke-linejoin: round; }
.chart .band.agreed { fill: var(--agreed); opacity: .22; }
.chart .band.single { fill: var(--single); }
.chart .peak { fill: var(--agreed); stroke: var(--card); stroke-width: 1.5; }`

const page = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 20px 56px; }
h1 { margin: 0 0 6px; font-size: 30px; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 44px 0 12px; font-size: 20px; }
h3 { margin: 0; font-size: 17px; }
p { margin: 0 0 12px; max-width: 68ch; }
.faint { color: var(--faint); }
.small { font-size: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0 0; padding: 0; }
.tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 14px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.tiles dd { margin: 0; font-size: 26px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles dt { color: var(--faint); font-size: 14px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 11px; text-align: left; white-space: nowrap; border-top: 1px solid var(--rule); }
thead th { border-top: 0; color: var(--faint); font-weight: 600; }
th.number, td.number { text-align: right; }
tbody th { font-weight: 600; }
tbody th .faint { font-weight: 400; }
a { color: inherit; text-decoration-color: var(--faint); text-underline-offset: 3px; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--data); outline-offset: 3px; border-radius: 3px; }
.card { margin: 0 0 16px; padding: 18px 20px 14px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.card header { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin-bottom: 10px; }
.card header p { margin: 0; }
.verdict { margin-left: auto !important; font-weight: 600; font-size: 14px; }
.verdict.odd { color: var(--agreed); }
.verdict.calm { color: var(--faint); font-weight: 400; }
details { margin-top: 10px; font-size: 14px; }
summary { cursor: pointer; color: var(--faint); }
details table { margin-top: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 0 0 14px; padding: 0; list-style: none; font-size: 14px; color: var(--faint); }
.legend i { display: inline-block; width: 18px; height: 11px; margin-right: 7px; border-radius: 2px; }
@media print { body { background: none; } .card { break-inside: avoid; } }`

/** The style sheet of the page, charts included. */
export const pageStyle = palette + charts + page

/**
 * Makes a chart a file of its own, with its colours and a ground.
 * @param {string} chart
 */
export function standalone(chart) {
  const ground = '<rect width="100%" height="100%" fill="var(--card)"/>'
  return `${chart.replace('\n', `\n<style>${palette}${charts}\n</style>\n`).replace('</desc>\n', `</desc>\n${ground}\n`)}\n`
}
