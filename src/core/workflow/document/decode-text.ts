import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'

/** The text of a file. Anything but UTF-8 without a byte order mark is refused, with what it is taken for. Linear. */
export function decodeText(bytes: Uint8Array): Result<string, readonly Diagnostic[]> {
  const encoding = encodingOf(bytes)
  if (encoding !== undefined) {
    return wrong(`the file is ${encoding}`, 'save it as UTF-8 without a byte order mark', 1, 1)
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    const { line, column } = firstInvalid(bytes)
    return wrong('the file is not UTF-8: these bytes are no text', 'save it as UTF-8', line, column)
  }
}

function encodingOf(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16'
  if (first === 0xfe && second === 0xff) return 'UTF-16'
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'UTF-8 with a byte order mark'
  if (bytes.length > 1 && (first === 0 || second === 0)) return 'UTF-16 or UTF-32'
  return bytes.includes(0) ? 'binary: it holds a NUL' : undefined
}

/** The line of the first byte that is no UTF-8, which there is, and its place in it, both from 1. */
function firstInvalid(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (let line = 1, start = 0; ; line++) {
    const newline = bytes.indexOf(0x0a, start)
    const part = bytes.subarray(start, newline === -1 ? bytes.length : newline)
    try {
      decoder.decode(part)
    } catch {
      return { line, column: new TextDecoder('utf-8').decode(part).indexOf('\ufffd') + 1 }
    }
    start = newline + 1
  }
}

function wrong(message: string, fix: string, line: number, column: number): Result<never, readonly Diagnostic[]> {
  return err([{ code: 'WF-ENCODING', message, path: '', position: { line, column, length: 1 }, fix }])
}
