import { stripVTControlCharacters } from 'node:util';

/** Controls, and the marks that reorder what is read (bidirectional overrides and isolates). */
const unprintable = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text of a task, a file or a user, safe to show on one line: control sequences are gone, other control characters are
 * escaped (`\x07`), line breaks become `\n`.
 */
export function printable(text: string): string {
  // Most texts are plain ASCII: leave those as they are.
  if (/^[ -~]*$/.test(text)) return text;
  return stripVTControlCharacters(text).replace(unprintable, escape);
}

/** The same for text of several lines: line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map((line) => line.split('\t').map(printable).join('\t')).join('\n');
}

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
