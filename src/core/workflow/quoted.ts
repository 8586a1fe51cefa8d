/** A name or value as messages show it: in backticks, on one line, no longer than 60 characters. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' && value !== '' ? value : (JSON.stringify(value) ?? String(value))
  const cut = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return `\`${escaped(cut)}\``
}

/**
 * A text with every character that could steer a terminal or reorder a line written as `\u{…}`: controls, bidirectional
 * marks, invisible characters and halves of characters. What is left is safe to print.
 */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const codePoint = character.codePointAt(0) as number
    return `\\u{${codePoint.toString(16)}}`
  })
}
