import { describe, expect, it } from 'vitest'
import { seriesChart } from '../../examples/anomalies/picture/chart.mjs'
import { reportPage } from '../../examples/anomalies/picture/page.mjs'
import { linearTicks, logTicks, readable } from '../../examples/anomalies/picture/scale.mjs'
import { standalone } from '../../examples/anomalies/picture/style.mjs'

const series = {
  name: 'cpu_1',
  label: 'CPU <of> "R&D"',
  unit: '%',
  logarithmic: false,
  startS: 1_392_336_000,
  stepS: 300,
  values: Array.from({ length: 1200 }, (_, index) => (index === 700 ? 90 : 10 + (index % 5))),
}
const finding = {
  first: 698,
  last: 702,
  peak: 700,
  detectors: ['zscore', 'forest'],
  from: '2014-02-16T10:10:00.000Z',
  to: '2014-02-16T10:30:00.000Z',
  peakAt: '2014-02-16T10:20:00.000Z',
  peakValue: 90,
  zscore: 42.5,
  agreed: true,
}
const band = { low: series.values.map(() => 9), high: series.values.map(() => 15) }
const chart = seriesChart(series, { ...band, marks: [finding] })

describe('seriesChart', () => {
  it('is named and described for those who do not see it', () => {
    expect(chart).toContain('role="img" aria-labelledby="chart-cpu_1-title chart-cpu_1-desc"')
    expect(chart).toContain('<title id="chart-cpu_1-title">CPU &lt;of&gt; &quot;R&amp;D&quot;, cpu_1</title>')
    expect(chart).toContain(
      '1200 values from 10 % to 90 %. 1 windows of anomalies are marked; in 1 of them detectors agree.',
    )
  })

  it('keeps a spike of a single sample, though there are more samples than pixels', () => {
    const heights = [...(/class="range" d="([^"]+)"/.exec(chart)?.[1] ?? '').matchAll(/,([\d.]+)/g)].map(([, y]) =>
      Number(y),
    )
    const peak = Number(/class="peak" cx="[\d.]+" cy="([\d.]+)"/.exec(chart)?.[1])
    expect(Math.min(...heights)).toBe(peak)
  })

  it('is a file of its own with its style', () => {
    expect(standalone(chart)).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg">\n<style>/)
  })
})

describe('reportPage', () => {
  const summary = { series: 1, affected: 1, agreed: 1, single: 0 }
  const counts = { samples: 1200, duplicates: 0, moved: 0, filled: 3 }
  const entry = {
    ...series,
    rank: 1,
    agreed: 1,
    single: 0,
    worst: finding,
    windows: [finding],
    rhythm: 0.5,
    counts,
    chart,
  }
  const page = reportPage(summary, [entry])

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=/i)
    expect([...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target)).toStrictEqual(['#cpu_1'])
  })

  it('says when, how much, and who saw it', () => {
    expect(page).toContain('<h1>1 anomaly in 1 of 1 CloudWatch series</h1>')
    expect(page).toContain(
      '<td>16 Feb 10:10</td><td>16 Feb 10:30</td><td class="number">90 %</td><td class="number">42.5</td><td>zscore, forest</td>',
    )
    expect(page).toContain('1200 samples · 3 filled')
  })

  it('escapes what comes from the data', () => {
    expect(page).not.toContain('<of>')
  })
})

describe('ticks', () => {
  it('are round numbers inside the range', () => {
    expect(linearTicks(0.13, 2.34, 4)).toStrictEqual([1, 2])
    expect(linearTicks(34, 68, 4)).toStrictEqual([40, 50, 60])
    expect(logTicks(38_000, 245_000_000, 5)).toStrictEqual([1e5, 1e6, 1e7, 1e8])
  })

  it('are written with three digits, a prefix and the unit', () => {
    expect(readable(245_123_456, 'B')).toBe('245 MB')
    expect(readable(0.1342, '%')).toBe('0.134 %')
    expect(readable(-1500, '')).toBe('-1.5 k')
    expect(readable(656, '')).toBe('656')
  })
})
