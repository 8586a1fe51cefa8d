/** A bucket that holds `perS` tokens and is filled with as many a second. */
export class TokenBucket {
  readonly #perS: number
  #tokens: number
  #filledAtMs = -Infinity

  constructor(perS: number) {
    this.#perS = perS
    this.#tokens = perS
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    const gained = (Math.max(0, nowMs - this.#filledAtMs) * this.#perS) / 1000
    this.#tokens = Math.min(this.#perS, this.#tokens + gained)
    this.#filledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
