import { stripVTControlCharacters } from 'node:util'
import { escaped } from '#core/workflow/quoted.ts'
import { isPlain } from '#core/workflow/terminal-width.ts'

/**
 * Text of a task, a file or a user, safe to show on one line: control sequences are gone, line breaks are `\n`, all else
 * that could steer a terminal is escaped.
 */
export function printable(text: string): string {
  if (isPlain(text)) return text
  return escaped(stripVTControlCharacters(text).replace(/\r?\n/g, '\\n'))
}

/** The same for text of several lines: line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n')
}
