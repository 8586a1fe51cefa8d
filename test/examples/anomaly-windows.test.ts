import { describe, expect, it } from 'vitest'
import { rankSeries } from '../../examples/anomalies/numerics/rank.mjs'
import { mergeFlags } from '../../examples/anomalies/numerics/windows.mjs'

const flag = (index: number, score = 1): { index: number; score: number } => ({ index, score })

describe('mergeFlags', () => {
  it('joins flags that are near, whoever raised them', () => {
    const flags = { zscore: [flag(10, 6), flag(12, -9)], forest: [flag(15, 0.8), flag(40, 0.9)] }
    expect(mergeFlags(flags, 3)).toStrictEqual([
      { first: 10, last: 15, peak: 12, detectors: ['zscore', 'forest'] },
      { first: 40, last: 40, peak: 40, detectors: ['forest'] },
    ])
  })

  it('gives nothing for nothing', () => {
    expect(mergeFlags({ zscore: [], forest: [] }, 3)).toStrictEqual([])
  })
})

describe('rankSeries', () => {
  const finding = (zscore: number, agreed: boolean) => ({
    first: 0,
    last: 1,
    peak: 0,
    detectors: agreed ? ['zscore', 'forest'] : ['zscore'],
    from: '',
    to: '',
    peakAt: '',
    peakValue: 1,
    zscore,
    agreed,
  })
  const verdict = (name: string, ...windows: ReturnType<typeof finding>[]) => ({ name, label: name, unit: '', windows })

  it('puts the strongest agreed score first, in either direction, and does not count what one detector saw', () => {
    const ranking = rankSeries([
      verdict('lone', finding(99, false)),
      verdict('up', finding(7, true), finding(6, true)),
      verdict('down', finding(-8, true)),
    ])
    expect(ranking.map(({ rank, name, agreed, single }) => [rank, name, agreed, single])).toStrictEqual([
      [1, 'down', 1, 0],
      [2, 'up', 2, 0],
      [3, 'lone', 0, 1],
    ])
    expect(ranking.map(({ worst }) => worst?.zscore ?? null)).toStrictEqual([-8, 7, null])
  })

  it('orders equals by name', () => {
    expect(rankSeries([verdict('b'), verdict('a')]).map(({ name }) => name)).toStrictEqual(['a', 'b'])
  })
})
