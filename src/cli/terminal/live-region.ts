import type { TextStream } from '#cli/host.ts'
import { lineWidth, type Line } from '#cli/terminal/line.ts'
import { columnsOf, paint, type Look } from '#cli/terminal/look.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearLine = '\u001b[2K'
const clearBelow = '\u001b[J'
const up = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A`)

interface Drawn {
  readonly text: string
  readonly width: number
}

/** The last lines of a terminal, redrawn in place: only those that changed are written again. */
export class LiveRegion {
  readonly #stream: TextStream
  readonly #look: Look
  #drawn: readonly Drawn[] = []
  #columns = 0

  constructor(stream: TextStream, look: Look) {
    this.#stream = stream
    this.#look = look
  }

  get width(): number {
    return columnsOf(this.#stream)
  }

  /** Lines that fit without scrolling; one is left for the cursor. */
  get height(): number {
    return Math.max(1, (this.#stream.rows ?? 24) - 1)
  }

  /** Shows `lines` in place of those shown before; at most {@link height} of them. */
  draw(lines: readonly Line[]): void {
    const columns = columnsOf(this.#stream)
    const next = lines.map((spans): Drawn => ({
      text: paint(spans, this.#look, columns),
      width: Math.min(columns, lineWidth(spans)),
    }))
    const text = columns === this.#columns ? this.#changes(next) : this.#afresh(next, columns)
    const first = this.#columns === 0 ? hideCursor : ''
    this.#drawn = next
    this.#columns = columns
    if (text !== '') this.#stream.write(first + text)
  }

  /** Leaves what is shown where it is and gives the cursor back. */
  end(): void {
    if (this.#columns === 0) return
    this.#stream.write(showCursor)
    this.#drawn = []
    this.#columns = 0
  }

  #changes(next: readonly Drawn[]): string {
    const before = this.#drawn
    const firstChange = next.findIndex((one, index) => one.text !== before[index]?.text)
    if (firstChange === -1 && next.length >= before.length) return ''
    const from = firstChange === -1 ? next.length : firstChange
    let text = up(before.length - Math.min(from, before.length))
    for (const [index, { text: own }] of next.entries()) {
      if (index < from) continue
      text += own === before[index]?.text ? '\n' : `${clearLine}${own}\n`
    }
    return next.length < before.length ? text + clearBelow : text
  }

  /** A terminal that was made narrower has wrapped what stood there: go up by what it takes now. */
  #afresh(next: readonly Drawn[], columns: number): string {
    const rows = this.#drawn.reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return `${up(rows)}\r${clearBelow}${next.map(({ text }) => `${text}\n`).join('')}`
  }
}
