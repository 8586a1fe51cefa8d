import { describe, expect, it } from 'vitest'
import { paint, type Look } from '#cli/terminal/look.ts'
import { symbols } from '#cli/terminal/symbols.ts'
import { table, type Column } from '#cli/terminal/table.ts'

const look: Look = { colour: false, symbols, terminal: true, live: true }
const columns: readonly Column[] = [{ title: 'id' }, { title: 'took', align: 'right' }, { title: 'why', shrinks: true }]

function drawn(rows: readonly string[][], width: number): string[] {
  return table(columns, rows, { width, more: '…' }).map((line) => paint(line, look))
}

describe('a table', () => {
  it('is as wide as its widest cells', () => {
    expect(
      drawn(
        [
          ['a', '1.2s', 'short'],
          ['clean[10]', '12.0s', 'x'],
        ],
        Infinity,
      ),
    ).toStrictEqual(['ID          TOOK  WHY', 'a           1.2s  short', 'clean[10]  12.0s  x'])
  })

  it('cuts the columns that may shrink, never an id', () => {
    const rows = [['run_0123456789abcdef', '1.2s', 'the cheapest pool that has room for it now']]
    expect(drawn(rows, 44)).toStrictEqual([
      'ID                    TOOK  WHY',
      'run_0123456789abcdef  1.2s  the cheapest po…',
    ])
  })

  it('leaves to the terminal what can not be made to fit', () => {
    const rows = [['run_0123456789abcdef', '1.2s', 'the cheapest pool that has room for it now']]
    expect(drawn(rows, 10)[1]).toBe('run_0123456789abcdef  1.2s  the cheap…')
  })

  it('leaves out the columns that yield, greatest first and no more than it must, and names them', () => {
    const yielding = [...columns, { title: 'cost', yields: 2 }, { title: 'tier', yields: 1 }]
    const rows = [['run_0123456789abcdef', '1.2s', 'the cheapest pool that has room for it now', '$0.0021', 'hot']]
    const shown = (width: number) => table(yielding, rows, { width, more: '…' }).map((line) => paint(line, look))
    expect(shown(53)[0]).toBe('ID                    TOOK  WHY         COST     TIER')
    expect(shown(52)).toStrictEqual([
      'ID                    TOOK  WHY                 TIER',
      'run_0123456789abcdef  1.2s  the cheapest pool…  hot',
      'no room for: cost',
    ])
    expect(shown(40).at(-1)).toBe('no room for: cost, tier')
  })

  it('counts columns of the terminal, not letters', () => {
    expect(
      drawn(
        [
          ['数据', '1s', 'b'],
          ['e\u0301', '2s', 'b'],
        ],
        Infinity,
      ),
    ).toStrictEqual(['ID    TOOK  WHY', '数据    1s  b', 'e\u0301       2s  b'])
  })
})
