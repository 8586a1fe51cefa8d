import type { LogChunk } from '#contract/control-plane.ts'
import { slotKey } from '#core/run/ids.ts'

/** A line longer than this is printed in pieces, so that a log without line breaks takes no memory. */
const longestLine = 64 * 1024

/** Makes lines of the pieces that clones write, each clone and stream for itself. */
export class LogLines {
  readonly #open = new Map<string, { readonly chunk: LogChunk; readonly text: string }>()

  /** The lines that are whole with this piece. */
  take(chunk: LogChunk): readonly string[] {
    const key = `${slotKey(chunk)} ${chunk.stream}`
    const lines = `${this.#open.get(key)?.text ?? ''}${chunk.text}`.split('\n')
    const last = lines.pop() ?? ''
    this.#open.delete(key)
    if (last.length > longestLine) lines.push(last)
    else if (last !== '') this.#open.set(key, { chunk, text: last })
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  /** The last lines, which nothing ended. */
  rest(): readonly { readonly chunk: LogChunk; readonly text: string }[] {
    return [...this.#open.values()]
  }
}
