import { escaped } from '#core/workflow/quoted.ts'

const maxLines = 20
const maxCharacters = 4096

/**
 * The end of a text as evidence shows it: the last 20 lines, at most 4,096 characters, with every character that could
 * steer a terminal escaped. Empty when the text is blank.
 */
export function excerpt(text: string): string {
  const lines = text.trimEnd().split(/\r?\n/)
  const last = lines.slice(-maxLines)
  const shown = last.map((line) => line.split('\t').map(escaped).join('\t')).join('\n')
  if (shown.length <= maxCharacters) return shown
  return `…${shown.slice(1 - maxCharacters).replace(/^[\uDC00-\uDFFF]/, '')}`
}
