import type { Diagnostic, Position } from '#core/workflow/diagnostic.ts'
import type { SourceText } from '#core/workflow/document/source-text.ts'
import { escaped } from '#core/workflow/quoted.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'

/** How the parts of a rendered diagnostic are set off; by default not at all. */
export type DiagnosticStyle = (part: 'code' | 'place' | 'source' | 'caret' | 'fix', text: string) => string

/**
 * All diagnostics of a file for a person: code, message, place, the line with a caret below, what to do.
 *
 *     ✗ WF-UNKNOWN-KEY  unknown key `image_` in task `clean`
 *       at flow.yaml:14:5
 *       14 |     image_: x
 *          |     ^^^^^^
 *       → did you mean `image`?
 *
 * Control characters of the file are escaped, long lines are cut around the place. The line of a secret is not shown: it
 * may hold the secret itself. Linear in the text.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceText,
  style: DiagnosticStyle = (_, text) => text,
): string {
  const lines = source.text.split(/\r\n|\n|\r/)
  return diagnostics.map((diagnostic) => render(diagnostic, source.name, lines, style)).join('\n\n')
}

function render(diagnostic: Diagnostic, name: string, lines: readonly string[], style: DiagnosticStyle): string {
  const { code, message, path, position, fix, related } = diagnostic
  const rendered = [`${style('code', `✗ ${code}`)}  ${escaped(message)}`]
  if (position !== undefined) {
    rendered.push(`  at ${style('place', placeName(name, position))}`)
    if (code !== 'WF-SECRET') rendered.push(...excerptAt(position, lines, style))
  } else if (code !== 'WF-MORE') {
    rendered.push(`  at ${style('place', path === '' ? escaped(name) : `${escaped(name)}: ${escaped(path)}`)}`)
  }
  for (const { message: note, position: place } of related ?? []) {
    rendered.push(`  · ${escaped(note)}${place === undefined ? '' : ` (${placeName(name, place)})`}`)
  }
  rendered.push(style('fix', `  → ${escaped(fix)}`))
  return rendered.join('\n')
}

function excerptAt(position: Position, lines: readonly string[], style: DiagnosticStyle): readonly string[] {
  const { line, indent, caret } = excerptOf(lines[position.line - 1] ?? '', position)
  const number = String(position.line)
  const gutter = ' '.repeat(number.length)
  return [
    `  ${style('source', `${number} | ${line}`.trimEnd())}`,
    `  ${style('source', `${gutter} | `)}${indent}${style('caret', caret)}`,
  ]
}

function placeName(name: string, { line, column }: Position): string {
  return `${escaped(name)}:${line}:${column}`
}

interface Excerpt {
  readonly line: string
  readonly indent: string
  readonly caret: string
}

/** Characters of a line that are shown: before the place, of the place, and after it. */
const SHOWN = { before: 60, marked: 60, after: 40 } as const

/** A line, cut to what is around the place, and what goes below it, measured in columns of a terminal. */
function excerptOf(line: string, { column, length }: Position): Excerpt {
  const start = column - 1
  const end = Math.min(line.length, start + length)
  const from = Math.max(0, start - SHOWN.before)
  const to = Math.min(line.length, end + SHOWN.after)
  const before = `${from > 0 ? '…' : ''}${printable(line.slice(from, start))}`
  const isLong = end - start > SHOWN.marked
  const marked = `${printable(line.slice(start, isLong ? start + SHOWN.marked : end))}${isLong ? '…' : ''}`
  const after = isLong ? '' : `${printable(line.slice(end, to))}${to < line.length ? '…' : ''}`
  return {
    line: before + marked + after,
    indent: ' '.repeat(terminalWidth(before)),
    caret: '^'.repeat(Math.max(1, terminalWidth(marked))),
  }
}

function printable(text: string): string {
  return escaped(text.replaceAll('\t', '  '))
}
