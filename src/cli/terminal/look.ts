import { styleText } from 'node:util'
import type { CliHost, TextStream } from '#cli/host.ts'
import { clip, type Line, type Tone } from '#cli/terminal/line.ts'
import { asciiSymbols, symbols, type Symbols } from '#cli/terminal/symbols.ts'

/** How text is drawn on one stream. */
export interface Look {
  readonly colour: boolean
  readonly symbols: Symbols
  /** Whether a person reads the stream on a screen. */
  readonly terminal: boolean
  /** Whether lines may be redrawn in place. */
  readonly live: boolean
}

/** Columns assumed of a terminal that does not say. */
const usualColumns = 80

/** The look of a stream: no colour without a terminal, with `NO_COLOR`, with `--no-color` or on a dumb terminal. */
export function lookOf(stream: TextStream, env: CliHost['env'], colourWanted: boolean): Look {
  const dumb = env['TERM'] === 'dumb'
  const colour = stream.isTTY && colourWanted && !dumb && (env['NO_COLOR'] ?? '') === ''
  return {
    colour,
    symbols: dumb || isPlainLocale(env) ? asciiSymbols : symbols,
    terminal: stream.isTTY,
    live: stream.isTTY && !dumb && !isSet(env['CI']),
  }
}

/** Columns that lines may take on a stream: those of the terminal, else no bound. */
export function columnsOf(stream: TextStream): number {
  return stream.isTTY ? (stream.columns ?? usualColumns) : Infinity
}

/** A line as text for a stream with this look, at most `width` columns of it. */
export function paint(spans: Line, look: Look, width = Infinity): string {
  return clip(spans, width, look.symbols.more)
    .map(({ text, tone }) => (look.colour ? styleText([...formats[tone]], text, { validateStream: false }) : text))
    .join('')
    .trimEnd()
}

type Format = Extract<Parameters<typeof styleText>[0], string>
const formats: Readonly<Record<Tone, readonly Format[]>> = {
  plain: [],
  strong: ['bold'],
  dim: ['dim'],
  good: ['green'],
  bad: ['red'],
  busy: ['cyan'],
  wait: ['yellow'],
}

/** `C` and `POSIX` promise ASCII alone; a locale that is not set promises nothing, and terminals of today show more. */
function isPlainLocale(env: CliHost['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '')
  return locale === 'C' || locale === 'POSIX'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0'
}
