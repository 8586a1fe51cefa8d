import { cut } from '#cli/terminal/cut.ts'
import { printable } from '#cli/terminal/printable.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'

/** What a piece of text says by its colour; its words or its symbol always say the same. */
export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'bad' | 'busy' | 'wait'

/** A piece of one line: printable text, and its tone. */
export interface Span {
  readonly text: string
  readonly tone: Tone
}

export type Line = readonly Span[]

/** Any text as a piece of a line; what is not printable is escaped here, once. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: printable(text), tone }
}

/** A line of one piece. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return [span(text, tone)]
}

/** Columns that a line takes. */
export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + terminalWidth(text), 0)
}

/** The line cut to `width` columns. */
export function clip(spans: Line, width: number, mark: string): Line {
  if (lineWidth(spans) <= width) return spans
  const kept: Span[] = []
  let room = width - terminalWidth(mark)
  for (const piece of spans) {
    const own = terminalWidth(piece.text)
    if (own > room) {
      kept.push({ text: `${cut(piece.text, room, '')}${mark}`, tone: piece.tone })
      break
    }
    kept.push(piece)
    room -= own
  }
  return kept
}

/** A text after a head, broken between words into lines of at most `width` columns, below each other. */
export function paragraph(head: Line, text: string, width: number): readonly Line[] {
  const words = text.split(' ').map((word) => [span(word)])
  return wrapped(head, words, ' ', width)
}

/**
 * Parts after a head, on as many lines as they need: a part that does not fit begins a line of its own, below the first
 * one.
 */
export function wrapped(head: Line, parts: readonly Line[], separator: string, width: number): readonly Line[] {
  const indent = lineWidth(head)
  const lines: Line[] = []
  let current = head
  let empty = true
  for (const part of parts) {
    const longer = empty
      ? [...current, ...part]
      : [...current, span(separator, separator.trim() === '' ? 'plain' : 'dim'), ...part]
    if (!empty && lineWidth(longer) > width) {
      lines.push(current)
      current = [{ text: ' '.repeat(indent), tone: 'plain' }, ...part]
    } else {
      current = longer
    }
    empty = false
  }
  return [...lines, current]
}
