import { isPlain, terminalWidth } from '#core/workflow/terminal-width.ts'

/** The text cut to at most `width` columns, its last one being `mark` when something was cut. O(length). */
export function cut(text: string, width: number, mark: string): string {
  if (terminalWidth(text) <= width) return text
  const room = width - terminalWidth(mark)
  if (room < 0) return ''
  if (isPlain(text)) return `${text.slice(0, room)}${mark}`
  let kept = ''
  let used = 0
  // Made here, where hardly any text comes by: it takes 10 ms.
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (const { segment } of graphemes.segment(text)) {
    used += terminalWidth(segment)
    if (used > room) break
    kept += segment
  }
  return kept + mark
}
