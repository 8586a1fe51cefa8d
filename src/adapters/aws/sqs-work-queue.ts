import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { maxDelayS } from '#contract/queues.ts'
import { type Work, writeWorkMessage } from '#contract/work-message.ts'
import type { WorkQueue } from '#ports/work-queue.ts'

/** Work as messages of a standard queue. */
export class SqsWorkQueue implements WorkQueue {
  readonly #client: Pick<SQSClient, 'send'>
  readonly #queueUrl: string

  constructor(options: { readonly client: Pick<SQSClient, 'send'>; readonly queueUrl: string }) {
    this.#client = options.client
    this.#queueUrl = options.queueUrl
  }

  async put(work: Work, afterS = 0): Promise<void> {
    if (afterS > maxDelayS) throw new RangeError(`work after ${afterS} s: ${maxDelayS} at most`)
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: writeWorkMessage(work), DelaySeconds: afterS }),
    )
  }
}
