import { DisableRuleCommand, EnableRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { WatchSwitch } from '#ports/watch-switch.ts'

/** One that was turned on so lately is taken to be on: runs that are submitted together turn it on once. */
const surelyOnMs = 10_000

/** The schedule of the watch as a rule of EventBridge. */
export class EventBridgeWatchSwitch implements WatchSwitch {
  readonly #client: Pick<EventBridgeClient, 'send'>
  readonly #rule: string
  readonly #nowMs: () => number
  #turnedOnMs = -Infinity

  constructor(options: {
    readonly client: Pick<EventBridgeClient, 'send'>
    readonly rule: string
    readonly nowMs: () => number
  }) {
    this.#client = options.client
    this.#rule = options.rule
    this.#nowMs = options.nowMs
  }

  async on(): Promise<void> {
    const nowMs = this.#nowMs()
    if (nowMs - this.#turnedOnMs < surelyOnMs) return
    await this.#client.send(new EnableRuleCommand({ Name: this.#rule }))
    this.#turnedOnMs = nowMs
  }

  async off(): Promise<void> {
    this.#turnedOnMs = -Infinity
    await this.#client.send(new DisableRuleCommand({ Name: this.#rule }))
  }
}
