const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })
const COMBINING = /^[\p{Mark}\p{Cf}]+$/u
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u
/** East Asian wide and full-width blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Columns that a text without control characters takes on a terminal. Linear. */
export function terminalWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (COMBINING.test(segment)) continue
    width += EMOJI.test(segment) || WIDE.test(segment) ? 2 : 1
  }
  return width
}
