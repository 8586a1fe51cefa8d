import type { SQSEvent, SQSRecord } from 'aws-lambda'

/** An event of a queue with these bodies; messages are called `m0`, `m1`, … */
export function queueEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({ messageId: `m${index}`, body }) as SQSRecord),
  }
}
