import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'

/** How often messages are taken for longer before they would come again. */
const renewals = 4

export interface SoonerAgain {
  readonly client: Pick<SQSClient, 'send'>
  readonly queueUrl: string
  /** Seconds after which messages come again of a function that was killed at work. */
  readonly heldS: number
  /** And of one that failed. */
  readonly afterS: number
}

/**
 * A function of a FIFO queue that holds its messages for a moment only, again and again while it works: Lambda wants them invisible for as
 * long as the function may take, and until they come again no other message of their group comes. Should a renewal be refused, they come to
 * another one while this one works; should the first be, when the queue says.
 */
export function soonerAgain(
  handle: (event: SQSEvent) => Promise<void>,
  { client, queueUrl: QueueUrl, heldS, afterS }: SoonerAgain,
): (event: SQSEvent) => Promise<void> {
  return async ({ Records }) => {
    const comeAgain = async (VisibilityTimeout: number): Promise<void> => {
      const Entries = Records.map(({ receiptHandle: ReceiptHandle }, at) => {
        return { Id: String(at), ReceiptHandle, VisibilityTimeout }
      })
      // What is refused is no fault of the work.
      await Promise.allSettled([client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))])
    }
    let held = comeAgain(heldS)
    const renew = (): void => {
      held = held.then(() => comeAgain(heldS))
    }
    const renewing = setInterval(renew, (heldS * 1000) / renewals)
    try {
      await handle({ Records })
    } catch (error) {
      clearInterval(renewing)
      await held
      await comeAgain(afterS)
      throw error
    } finally {
      clearInterval(renewing)
      await held
    }
  }
}
