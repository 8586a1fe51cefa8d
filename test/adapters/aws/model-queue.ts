import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

/** SQS remembers ids of messages for so long, also of those that were consumed. */
const rememberedMs = 300_000

/** A message in a model queue. */
export interface ModelMessage {
  readonly body: string
  readonly delayS: number
  readonly visibleAtMs: number
}

/** A queue as SQS keeps one, on a clock of the test: delays, and ids that are taken once in 5 minutes. */
export class ModelQueue {
  nowMs = 1_700_000_000_000
  readonly kept: ModelMessage[] = []
  readonly #queueDelayS: number
  readonly #ids = new Map<string, number>()

  constructor(queueDelayS = 0) {
    this.#queueDelayS = queueDelayS
  }

  /** What an adapter takes for the client of this queue. */
  readonly client = {
    send: async ({ input }: SendMessageCommand): Promise<object> => {
      const { MessageDeduplicationId: id, MessageBody: body = '', DelaySeconds: delayS = this.#queueDelayS } = input
      if (id !== undefined) {
        const sentAtMs = this.#ids.get(id)
        if (sentAtMs !== undefined && this.nowMs < sentAtMs + rememberedMs) return {}
        this.#ids.set(id, this.nowMs)
      }
      this.kept.push({ body, delayS, visibleAtMs: this.nowMs + delayS * 1000 })
      return {}
    },
  } as unknown as Pick<SQSClient, 'send'>

  /** Takes the message that is visible first, if it is so by then; the clock goes on to it. */
  next(byMs: number): ModelMessage | undefined {
    const [first] = this.kept.toSorted((left, right) => left.visibleAtMs - right.visibleAtMs)
    if (first === undefined || first.visibleAtMs > byMs) return undefined
    this.kept.splice(this.kept.indexOf(first), 1)
    this.nowMs = Math.max(this.nowMs, first.visibleAtMs)
    return first
  }
}
