import { createHash } from 'node:crypto'

/** Size and hash of contents. */
export interface Digest {
  readonly bytes: number
  readonly sha256: string
}

/** Counts and hashes bytes that go by. */
export class ByteSum {
  readonly #hash = createHash('sha256')
  #bytes = 0

  /** The same chunks again, each counted. */
  async *over(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk)
      this.#bytes += chunk.byteLength
      yield chunk
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  digest(): Digest {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') }
  }
}
