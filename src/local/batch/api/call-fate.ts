import type { Random } from '#core/random.ts'

/** How badly calls go: shares from 0 to 1, of which the sum is at most 1. */
export interface CallKnobs {
  /** Refused as too many; nothing was done. */
  readonly throttled: number
  /** Refused as the fault of the service; nothing was done. */
  readonly failed: number
  /** Done, and the connection ends without an answer. */
  readonly unanswered: number
}

export type CallFate = 'answered' | keyof CallKnobs

/** What becomes of calls, one after the other, by its seed. */
export class CallFates {
  readonly #random: Random
  #knobs: CallKnobs

  constructor(random: Random, knobs: Partial<CallKnobs> = {}) {
    this.#random = random
    this.#knobs = { throttled: 0, failed: 0, unanswered: 0, ...knobs }
  }

  /** Turns knobs for the calls from now on. */
  tune(knobs: Partial<CallKnobs>): void {
    this.#knobs = { ...this.#knobs, ...knobs }
  }

  next(): CallFate {
    const { throttled, failed, unanswered } = this.#knobs
    const draw = this.#random.next()
    if (draw < throttled) return 'throttled'
    if (draw < throttled + failed) return 'failed'
    return draw < throttled + failed + unanswered ? 'unanswered' : 'answered'
  }
}
