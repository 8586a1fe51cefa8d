import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'

/**
 * A function of a FIFO queue whose messages, when it fails, come again after `afterS` rather than when their visibility ends: until then no
 * other message of their group comes. Should that be refused, they come then.
 */
export function soonerAgain(
  handle: (event: SQSEvent) => Promise<void>,
  {
    client,
    queueUrl,
    afterS,
  }: { readonly client: Pick<SQSClient, 'send'>; readonly queueUrl: string; readonly afterS: number },
): (event: SQSEvent) => Promise<void> {
  return async (event) => {
    try {
      await handle(event)
    } catch (error) {
      await Promise.allSettled(
        event.Records.map(({ receiptHandle: ReceiptHandle }) =>
          client.send(
            new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: afterS }),
          ),
        ),
      )
      throw error
    }
  }
}
