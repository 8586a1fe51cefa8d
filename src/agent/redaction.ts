import { BytePatterns } from '#agent/byte-patterns.ts'
import { secretForms } from '#agent/secret-forms.ts'

/** What is shown instead. */
const mask = Buffer.from('***')

interface Mark {
  readonly start: number
  readonly end: number
}

/** The secrets of a clone, as they are not to be written. */
export class Redaction {
  readonly #patterns: BytePatterns

  constructor(values: Iterable<string>) {
    const forms = new Set([...values].flatMap((value) => [...secretForms(value)]))
    this.#patterns = new BytePatterns([...forms].map((form) => Buffer.from(form)))
  }

  /** A text with a mask in the place of every secret. */
  text(text: string): string {
    const stream = this.stream()
    return Buffer.concat([stream.push(Buffer.from(text)), stream.held()]).toString()
  }

  /** Bytes that come in pieces. */
  stream(): RedactedStream {
    return new RedactedStream(this.#patterns)
  }
}

/**
 * Replaces secrets in bytes that come in pieces, however they are cut. Holds back only an end that may be the beginning of
 * a secret, so never more than the longest one. Matches that overlap become one mask.
 */
export class RedactedStream {
  readonly #patterns: BytePatterns
  #state = 0
  #held: Buffer = Buffer.alloc(0)
  /** What is to be masked in the held bytes, in order, apart from each other. */
  #marks: Mark[] = []
  /** So many of the held bytes belong to a mask that has been written. */
  #masked = 0

  constructor(patterns: BytePatterns) {
    this.#patterns = patterns
  }

  /** Takes a piece; what may be written now. */
  push(piece: Uint8Array): Buffer {
    const from = this.#held.length
    const bytes = from === 0 ? Buffer.from(piece) : Buffer.concat([this.#held, piece])
    for (let at = from; at < bytes.length; at += 1) {
      this.#state = this.#patterns.next(this.#state, bytes[at] as number)
      const length = this.#patterns.matchAt(this.#state)
      if (length > 0) this.#mark(at + 1 - length, at + 1)
    }
    const safe = bytes.length - this.#patterns.depthOf(this.#state)
    const { out, covered } = this.#shown(bytes, safe)
    this.#marks = this.#marks
      .filter(({ start }) => start >= safe)
      .map(({ start, end }) => ({ start: start - safe, end: end - safe }))
    this.#masked = Math.max(0, covered - safe)
    this.#held = Buffer.from(bytes.subarray(safe))
    return out
  }

  /** What is held back, as it is to be written if nothing follows. */
  held(): Buffer {
    return this.#shown(this.#held, this.#held.length).out
  }

  #mark(from: number, end: number): void {
    let start = from
    for (let last = this.#marks.at(-1); last !== undefined && last.end > from; last = this.#marks.at(-1)) {
      start = Math.min(start, last.start)
      this.#marks.pop()
    }
    this.#marks.push({ start, end })
  }

  /** Bytes up to `safe`, masked, and up to where they are covered by what is shown. */
  #shown(bytes: Buffer, safe: number): { readonly out: Buffer; readonly covered: number } {
    const parts: Uint8Array[] = []
    let covered = this.#masked
    for (const { start, end } of this.#marks) {
      if (start >= safe) break
      if (start >= covered) parts.push(bytes.subarray(covered, start), mask)
      covered = Math.max(covered, end)
    }
    if (covered < safe) parts.push(bytes.subarray(covered, safe))
    return { out: Buffer.concat(parts), covered: Math.max(covered, safe) }
  }
}
