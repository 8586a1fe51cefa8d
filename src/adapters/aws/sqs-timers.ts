import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { maxDelayS } from '#contract/queues.ts'
import { writeTimerMessage } from '#contract/timer-message.ts'
import type { Timer, Timers } from '#ports/timers.ts'

/**
 * Timers as delayed messages of a standard queue. One beyond the longest delay arrives early, and whoever receives it sets it again;
 * so it needs no store. Delays are whole seconds: a timer rings up to a second late. At least once: one that is set again rings again.
 */
export class SqsTimers implements Timers {
  readonly #client: Pick<SQSClient, 'send'>
  readonly #queueUrl: string
  readonly #nowMs: () => number
  readonly #longestS: number

  /** `longestS`: of a delay, if it is not to be the longest that SQS has. */
  constructor(options: {
    readonly client: Pick<SQSClient, 'send'>
    readonly queueUrl: string
    readonly nowMs: () => number
    readonly longestS?: number
  }) {
    this.#client = options.client
    this.#queueUrl = options.queueUrl
    this.#nowMs = options.nowMs
    this.#longestS = options.longestS ?? maxDelayS
  }

  async set(timer: Timer): Promise<void> {
    const inS = Math.ceil((timer.atMs - this.#nowMs()) / 1000)
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: writeTimerMessage(timer),
        DelaySeconds: Math.min(this.#longestS, Math.max(0, inS)),
      }),
    )
  }
}
