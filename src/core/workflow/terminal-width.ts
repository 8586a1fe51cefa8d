/** ASCII without controls, Latin letters, dashes, arrows, boxes and ticks. */
const NARROW = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/

/** Whether every character takes a column of its own, steers nothing and joins with nothing. `false` says nothing. */
export function isPlain(text: string): boolean {
  return NARROW.test(text)
}

/** Columns that a text without control characters takes on a terminal. Linear. */
export function terminalWidth(text: string): number {
  if (isPlain(text)) return text.length
  const { graphemes, combining, emoji, wide } = unicode()
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    if (combining.test(segment)) continue
    width += emoji.test(segment) || wide.test(segment) ? 2 : 1
  }
  return width
}

interface Unicode {
  readonly graphemes: Intl.Segmenter
  readonly combining: RegExp
  readonly emoji: RegExp
  /** East Asian wide and full-width blocks. */
  readonly wide: RegExp
}

let tables: Unicode | undefined

/** Made when they are needed: that takes 10 ms, which is a good part of what a command takes to start. */
function unicode(): Unicode {
  tables ??= {
    graphemes: new Intl.Segmenter('en', { granularity: 'grapheme' }),
    combining: /^[\p{Mark}\p{Cf}]+$/u,
    emoji: /\p{Emoji_Presentation}|\ufe0f/u,
    wide: /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u,
  }
  return tables
}
