/**
 * A hybrid logical clock: stamps that grow with the time, in microseconds, and beyond all that were seen before. So what was written
 * by someone who had read something has the greater stamp, however the clocks of the two differ.
 */
export class Stamps {
  #last = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#nowMs() * 1000))
    return this.#last
  }

  saw(stamp: number): void {
    this.#last = Math.max(this.#last, stamp)
  }
}
