import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'

/**
 * A function of a queue that carries out each message by itself: those that failed come again, and `onError` is told why. What can never
 * be carried out fails each time, until the queue puts it aside.
 */
export function eachRecord(
  carryOut: (record: SQSRecord) => Promise<void>,
  onError: (error: unknown) => void,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async ({ Records }) => {
    const failed = await Promise.all(
      Records.map(async (record) => {
        try {
          await carryOut(record)
          return []
        } catch (error) {
          onError(error)
          return [{ itemIdentifier: record.messageId }]
        }
      }),
    )
    return { batchItemFailures: failed.flat() }
  }
}
