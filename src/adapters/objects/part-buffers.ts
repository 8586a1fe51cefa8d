import { AtOnce } from '#adapters/objects/at-once.ts'

/**
 * The memory of transfers: so many parts at once, each with a buffer that is used again by the next one. To give memory back
 * and take it anew for each part costs as much time as the transfer.
 */
export class PartBuffers {
  readonly #turns: AtOnce
  readonly #partBytes: number
  readonly #buffers: (Uint8Array | undefined)[] = []

  constructor(options: { readonly atOnce: number; readonly partBytes: number }) {
    this.#turns = new AtOnce(options.atOnce)
    this.#partBytes = options.partBytes
  }

  /** Runs `work` for each item as {@link AtOnce.each} does, with a buffer that is its own until it has ended. */
  async each<T>(items: readonly T[], work: (item: T, buffer: Uint8Array) => Promise<void>): Promise<void> {
    await this.#turns.each(items, (item, slot) => work(item, this.#buffer(slot)))
  }

  #buffer(slot: number): Uint8Array {
    return (this.#buffers[slot] ??= Buffer.allocUnsafeSlow(this.#partBytes))
  }
}
