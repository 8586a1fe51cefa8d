import type { Position } from '#core/workflow/diagnostic.ts'
import type { Span } from '#core/workflow/document/document.ts'

/** A text with the name that it is shown under. */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** Turns spans of a text into lines and columns. Lines end in LF, CRLF or CR. Linear once, then O(log lines) each. */
export function positionFinder(text: string): (span: Span) => Position {
  let starts: readonly number[] | undefined
  return ({ start, end }) => {
    starts ??= lineStarts(text)
    const line = lastAtMost(starts, start)
    const lineStart = starts[line] as number
    return { line: line + 1, column: start - lineStart + 1, length: Math.max(1, end - start) }
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (const end of text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length)
  return starts
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] as number) <= value) low = middle
    else high = middle - 1
  }
  return low
}
