import { clip, lineWidth, span, type Line, type Span } from '#cli/terminal/line.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'

/** A column of a table. Only those that may shrink are cut when the table is too wide: an id never is. */
export interface Column {
  readonly title: string
  readonly align?: 'right'
  readonly shrinks?: true
  /** Left out where there is no room even so, greater ones first. */
  readonly yields?: number
}

/** Narrowest that a column is made. */
const narrowest = 10
const gap = 2

/**
 * Rows below their titles, in columns as wide as their widest cell. Wider than `width`, the widest of the columns that
 * may shrink is made narrower, then the next. Where that is not enough, columns are left out, and named below the table;
 * what still does not fit is left to the terminal. O(cells).
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (Span | string)[])[],
  { width, more }: { readonly width: number; readonly more: string },
): readonly Line[] {
  const all = columns.map((column, index): MeasuredColumn => {
    const cells = rows.map((row) => toSpan(row[index] ?? ''))
    const widest = cells.reduce((most, cell) => Math.max(most, terminalWidth(cell.text)), terminalWidth(column.title))
    return { ...column, cells: [span(column.title.toUpperCase(), 'dim'), ...cells], widest }
  })
  const shown = withRoom(all, width)
  const widths = shrunk(
    shown,
    shown.map(({ widest }) => widest),
    width,
  )
  const lines = ['header', ...rows].map((_, line) =>
    rowLine(
      shown.map(({ cells }) => cells[line] as Span),
      shown,
      widths,
      more,
    ),
  )
  const left = all.filter((column) => !shown.includes(column)).map(({ title }) => title)
  return left.length === 0 ? lines : [...lines, [span(`no room for: ${left.join(', ')}`, 'dim')]]
}

interface MeasuredColumn extends Column {
  /** The title, then a cell a row. */
  readonly cells: readonly Span[]
  readonly widest: number
}

/** The columns that fit once they are as narrow as they may be. */
function withRoom(columns: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
  const needed = columns.reduce(
    (sum, { shrinks, widest }) => sum + (shrinks === true ? Math.min(widest, narrowest) : widest),
    gap * (columns.length - 1),
  )
  const rank = ({ yields = 0 }: Column): number => yields
  const most = Math.max(...columns.map(rank))
  if (needed <= width || most === 0) return columns
  return withRoom(
    columns.filter((column) => rank(column) < most),
    width,
  )
}

function toSpan(cell: Span | string): Span {
  return typeof cell === 'string' ? span(cell) : cell
}

function rowLine(row: readonly Span[], columns: readonly Column[], widths: readonly number[], more: string): Line {
  return row.flatMap((cell, index) => {
    const cut = clip([cell], widths[index] ?? 0, more)
    const room = { text: ' '.repeat(Math.max(0, (widths[index] ?? 0) - lineWidth(cut))), tone: 'plain' } as const
    const own = columns[index]?.align === 'right' ? [room, ...cut] : [...cut, room]
    return index === 0 ? own : [{ text: ' '.repeat(gap), tone: 'plain' as const }, ...own]
  })
}

function shrunk(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural]
  let over = widths.reduce((sum, own) => sum + own, 0) + gap * (columns.length - 1) - width
  while (over > 0) {
    let widest = -1
    for (const [index, own] of widths.entries()) {
      const mayShrink = columns[index]?.shrinks === true && own > narrowest
      if (mayShrink && (widest === -1 || own > (widths[widest] ?? 0))) widest = index
    }
    if (widest === -1) break
    // Down to the next widest one at a step would be quicker; a terminal is a few hundred columns.
    widths[widest] = (widths[widest] ?? 0) - 1
    over--
  }
  return widths
}
