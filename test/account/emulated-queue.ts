import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { dispatchQueue } from '#contract/queues.ts'

/** Milliseconds between two looks at a queue. */
const lookMs = 30

/** A queue of MiniStack's SQS. */
export interface EmulatedQueue {
  readonly url: string
  /** Messages that are not visible yet. */
  delayed(): Promise<number>
  drop(): Promise<void>
}

/** An empty queue of a deployment. */
export async function newQueue(
  client: SQSClient,
  kind: 'dispatch' | 'timers' | 'work' | 'job-events',
): Promise<EmulatedQueue> {
  const Attributes: CreateQueueCommandInput['Attributes'] =
    kind === 'dispatch' ? { FifoQueue: 'true', DelaySeconds: String(dispatchQueue.delayS) } : {}
  const QueueName = `${kind}-${randomUUID()}${kind === 'dispatch' ? '.fifo' : ''}`
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
  return {
    url: QueueUrl,
    async delayed() {
      const AttributeNames = ['ApproximateNumberOfMessagesDelayed'] as const
      const answer = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }))
      return Number(answer.Attributes?.[AttributeNames[0]])
    },
    async drop() {
      await client.send(new DeleteQueueCommand({ QueueUrl }))
    },
  }
}

/** Takes messages off a queue as Lambda does: in batches, which are gone only once they were carried out. */
export class Consumer {
  /** Looks at the queue that found nothing. */
  idleLooks = 0
  /** Batches that it is done with. */
  batches = 0
  busy = false
  #closed = false
  readonly #done: Promise<void>

  /** `receive` says which of the bodies it has carried out. */
  constructor(
    client: SQSClient,
    QueueUrl: string,
    receive: (bodies: readonly string[]) => Promise<readonly boolean[]>,
  ) {
    const consume = async (): Promise<void> => {
      while (!this.#closed) {
        const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
        this.busy = Messages.length > 0
        const carriedOut = this.busy ? await receive(Messages.map(({ Body = '' }) => Body)) : []
        for (const [index, { ReceiptHandle }] of Messages.entries()) {
          if (carriedOut[index] === true) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        }
        if (this.busy) this.batches += 1
        else this.idleLooks += 1
        this.busy = false
        await wait(lookMs)
      }
    }
    this.#done = consume()
  }

  /** Resolves when it is at work, or has found nothing in a look that began after the call. */
  async looked(): Promise<void> {
    const enough = this.idleLooks + 2
    await until(() => this.busy || this.idleLooks >= enough)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#done
  }
}

/** Looks until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(lookMs)
}
