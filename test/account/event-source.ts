import { setTimeout as wait } from 'node:timers/promises'
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'

/** Milliseconds between two looks at a queue: each is a request to an emulator that has other work. */
const lookMs = 50
const batchSize = 10

/** A queue that calls a function, as Lambda has it. */
export interface EventSource {
  /** Ends it once the batches at work are done. */
  close(): Promise<void>
}

/**
 * Calls a function with what comes into a queue, `atOnce` batches at a time. What it has carried out is deleted; what it gives back, or all
 * when it throws, comes again when it is visible again.
 */
export function openEventSource(options: {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly atOnce: number
  readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse | void>
  readonly onError: (error: unknown) => void
}): EventSource {
  const { client, queueUrl: QueueUrl, atOnce, handle, onError } = options
  let closed = false

  const carryOut = async (): Promise<boolean> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        VisibilityTimeout: 30,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    )
    if (Messages.length === 0) return false
    const Records = Messages.map(({ MessageId, ReceiptHandle, Body, Attributes: attributes }) => {
      return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes } as SQSRecord
    })
    const answer = await handle({ Records })
    const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    const done = Records.filter(({ messageId }) => !failed.has(messageId))
    if (done.length === 0) return true
    const Entries = done.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
    return true
  }
  const consume = async (): Promise<void> => {
    while (!closed) {
      try {
        if (!(await carryOut())) await wait(lookMs)
      } catch (error) {
        onError(error)
        await wait(lookMs)
      }
    }
  }
  const lanes = Promise.all(Array.from({ length: atOnce }, consume))
  return {
    async close() {
      closed = true
      await lanes
    },
  }
}
