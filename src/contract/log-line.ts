import { z } from 'zod'

/** One of the two logs of a lease. */
export interface LogName {
  readonly fence: number
  readonly stream: 'stdout' | 'stderr'
}

/** A piece of a log, as the clone's container tells of it while it runs. */
export interface LogLine extends LogName {
  /** Bytes of this log before this piece. */
  readonly offset: number
  /** Bytes of the piece; its text may have others in place of what was no UTF-8. */
  readonly bytes: number
  readonly text: string
}

const lineSchema = z.strictObject({
  log: z.enum(['stdout', 'stderr']),
  fence: z.int().positive(),
  offset: z.int().nonnegative(),
  bytes: z.int().positive(),
  text: z.string(),
})

/** Bytes of one piece. */
const pieceBytes = 8 * 1024
/** Characters of a line: collectors cut what has more than 16 KiB. */
const lineLength = 16_000

/**
 * What a container says of what its log has gained: lines of JSON, since whoever collects them knows neither the log nor the place in
 * it, nor under which lease of the job it was written. A character that is not whole yet is left for the next time, unless this is `final`; the bytes that were told come with the lines.
 */
export function logLines(
  log: LogName,
  offset: number,
  gained: Uint8Array,
  { final = false }: { readonly final?: boolean } = {},
): { readonly lines: string; readonly bytes: number } {
  const whole = final ? gained : wholeCharacters(gained)
  let lines = ''
  for (let at = 0; at < whole.length;) {
    let piece = pieceAt(whole, at, pieceBytes)
    let line = lineOf(log, offset + at, piece)
    while (line.length > lineLength) {
      piece = pieceAt(whole, at, piece.length / 2)
      line = lineOf(log, offset + at, piece)
    }
    lines += line
    at += piece.length
  }
  return { lines, bytes: whole.length }
}

/** A piece of a log, if a line of a container is one: it says other things, too. */
export function readLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{"log":')) return undefined
  try {
    const { log: stream, ...piece } = lineSchema.parse(JSON.parse(line))
    return { stream, ...piece }
  } catch {
    // A command may write what looks like one, and a collector may cut one.
    return undefined
  }
}

/** Without the first bytes of a character whose last ones are still to come. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return bytes
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.subarray(0, bytes.length - back) : bytes
    }
  }
  return bytes
}

/** A part that ends between characters, as far as there are any. */
function pieceAt(bytes: Uint8Array, at: number, most: number): Uint8Array {
  const part = bytes.subarray(at, at + Math.ceil(most))
  const isLast = at + part.length === bytes.length
  const whole = isLast ? part : wholeCharacters(part)
  return whole.length === 0 ? part : whole
}

function lineOf({ stream, fence }: LogName, offset: number, piece: Uint8Array): string {
  return `${JSON.stringify({ log: stream, fence, offset, bytes: piece.length, text: new TextDecoder().decode(piece) })}\n`
}
