import { setTimeout as wait } from 'node:timers/promises'

export interface BatchPaceOptions {
  /** Requests that arrive within any second. */
  readonly perS: number
  /** @default a clock that nobody sets */
  readonly nowMs?: () => number
  /** @default real time */
  readonly waitMs?: (ms: number) => Promise<unknown>
}

/**
 * Lets requests go in their order, so that never more than `perS` of them arrive in any second. When one arrives is not known, only that
 * it is between its start and its end: so each counts from its start until a second after its end, and 50 a second are 45 where an answer
 * takes 0.1 s. A bucket that is filled as it is emptied would let twice as many through, and one of starts those that were held up on
 * their way.
 */
export class BatchPace {
  readonly #perS: number
  readonly #nowMs: () => number
  readonly #waitMs: (ms: number) => Promise<unknown>
  /** When requests ended, within the last second, oldest first. */
  readonly #endedMs: number[] = []
  #running = 0
  #onEnd: () => void = () => undefined
  #last: Promise<void> = Promise.resolve()

  constructor({ perS, nowMs = () => performance.now(), waitMs = wait }: BatchPaceOptions) {
    if (!(perS >= 1)) throw new RangeError(`${perS} requests a second: at least 1`)
    this.#perS = Math.floor(perS)
    this.#nowMs = nowMs
    this.#waitMs = waitMs
  }

  /** Makes a request when it may go. */
  async send<T>(request: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#room())
    this.#last = turn
    await turn
    try {
      return await request()
    } finally {
      this.#running -= 1
      this.#endedMs.push(this.#nowMs())
      this.#onEnd()
    }
  }

  /** Resolves when there is room, and takes it. Only one waits at a time. */
  async #room(): Promise<void> {
    for (;;) {
      const nowMs = this.#nowMs()
      while ((this.#endedMs[0] ?? Infinity) + 1000 <= nowMs) this.#endedMs.shift()
      if (this.#running + this.#endedMs.length < this.#perS) break
      const [oldest] = this.#endedMs
      if (oldest !== undefined) await this.#waitMs(oldest + 1000 - nowMs)
      else await new Promise<void>((resolve) => (this.#onEnd = resolve))
    }
    this.#running += 1
  }
}
