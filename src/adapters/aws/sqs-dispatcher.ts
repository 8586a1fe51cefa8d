import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { dispatchQueue, dispatchWindowMs } from '#contract/queues.ts'
import type { Dispatcher } from '#ports/dispatcher.ts'

/**
 * Requests for a dispatch as messages of a FIFO queue. SQS drops a message with an id that it saw within 5 minutes, be that message long
 * consumed; so the id is the window of time in which the request was made: the message that is kept becomes visible only when the window is
 * over, and its dispatch sees all that any request of it was about.
 */
export class SqsDispatcher implements Dispatcher {
  readonly #client: Pick<SQSClient, 'send'>
  readonly #queueUrl: string
  readonly #nowMs: () => number

  constructor(options: {
    readonly client: Pick<SQSClient, 'send'>
    readonly queueUrl: string
    readonly nowMs: () => number
  }) {
    this.#client = options.client
    this.#queueUrl = options.queueUrl
    this.#nowMs = options.nowMs
  }

  async request(): Promise<void> {
    const window = Math.floor(this.#nowMs() / dispatchWindowMs)
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: 'dispatch',
        MessageGroupId: dispatchQueue.group,
        MessageDeduplicationId: `window-${window}`,
      }),
    )
  }
}
