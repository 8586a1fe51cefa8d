import { clip, lineWidth, span, type Line, type Span } from '#cli/terminal/line.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'

/** A column of a table. Only those that may shrink are cut when the table is too wide: an id never is. */
export interface Column {
  readonly title: string
  readonly align?: 'right'
  readonly shrinks?: true
}

/** Narrowest that a column is made. */
const narrowest = 12
const gap = 2

/**
 * Rows below their titles, in columns as wide as their widest cell. Wider than `width`, the widest of the columns that
 * may shrink is made narrower, then the next; what still does not fit is left to the terminal. O(cells).
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (Span | string)[])[],
  { width, more }: { readonly width: number; readonly more: string },
): readonly Line[] {
  const cells = rows.map((row) => columns.map((_, index) => toSpan(row[index] ?? '')))
  const natural = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, terminalWidth(row[index]?.text ?? '')), terminalWidth(title)),
  )
  const widths = shrunk(columns, natural, width)
  const header = columns.map(({ title }) => span(title.toUpperCase(), 'dim'))
  return [header, ...cells].map((row) => rowLine(row, columns, widths, more))
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
