import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import type { Random } from '#core/random.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'

/** How badly events are delivered. Shares are from 0 to 1. */
export interface EventKnobs {
  /** Share of events that are lost for good. */
  readonly drop: number
  /** Share of the others that come twice. */
  readonly duplicate: number
  /** How late each comes. */
  readonly delayS: number
  /** How much later at most, each by its own chance: events within this time come in any order. */
  readonly reorderS: number
}

export interface EventDeliveryOptions {
  readonly clock: AlarmClock
  readonly random: Random
  /** Takes an event; one that it rejects comes again. */
  readonly sink: (event: JobEvent) => Promise<void>
  readonly knobs?: Partial<EventKnobs> | undefined
  /** Told when the sink rejects an event for the last time. */
  readonly onError: (error: unknown) => void
}

/** Seconds until an event that was rejected comes again; after the last one it is given up. */
const againAfterS = [1, 5, 30, 120, 600]

const orderly: EventKnobs = { drop: 0, duplicate: 0, delayS: 0, reorderS: 0 }

/** Delivers events at least once and in no order, as EventBridge does; the knobs make that happen often. */
export class EventDelivery {
  readonly #options: EventDeliveryOptions
  readonly #unfinished = new Set<Promise<void>>()
  #knobs: EventKnobs

  constructor(options: EventDeliveryOptions) {
    this.#options = options
    this.#knobs = { ...orderly, ...options.knobs }
  }

  /** Turns knobs for the events from now on. */
  tune(knobs: Partial<EventKnobs>): void {
    this.#knobs = { ...this.#knobs, ...knobs }
  }

  send(event: JobEvent): void {
    const { random } = this.#options
    const { drop, duplicate, delayS, reorderS } = this.#knobs
    // As many draws for each event, so that a knob does not change the fate of the others.
    const [isDropped, isDoubled, late, later] = [
      random.next() < drop,
      random.next() < duplicate,
      random.next(),
      random.next(),
    ]
    if (isDropped) return
    this.#deliver(event, delayS + late * reorderS, 0)
    if (isDoubled) this.#deliver(event, delayS + later * reorderS, 0)
  }

  /** Resolves when what is being handed over is done; what is still to come is not kept. */
  async close(): Promise<void> {
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished)
  }

  #deliver(event: JobEvent, afterS: number, failures: number): void {
    const { clock } = this.#options
    clock.at(clock.nowMs() + afterS * 1000, () => {
      const delivered = this.#handOver(event, failures).finally(() => this.#unfinished.delete(delivered))
      this.#unfinished.add(delivered)
    })
  }

  async #handOver(event: JobEvent, failures: number): Promise<void> {
    try {
      await this.#options.sink(event)
    } catch (error) {
      const afterS = againAfterS[failures]
      if (afterS === undefined) this.#options.onError(error)
      else this.#deliver(event, afterS, failures + 1)
    }
  }
}
