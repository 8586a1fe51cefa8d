import type { SQSEvent, SQSRecord } from 'aws-lambda'

/** An event of a queue with these bodies; messages are called `m0`, `m1`, …, and come for the first time unless told otherwise. */
export function queueEvent(bodies: readonly string[], received = 1): SQSEvent {
  const attributes = { ApproximateReceiveCount: String(received) }
  return {
    Records: bodies.map((body, index) => ({ messageId: `m${index}`, body, attributes }) as SQSRecord),
  }
}
