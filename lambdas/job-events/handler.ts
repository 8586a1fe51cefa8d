import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { readBatchJobEvent } from '#contract/batch-job.ts'
import { jobEnded } from '#operations/job-ended.ts'
import type { Ports } from '#operations/ports.ts'
import { eachRecord } from '../each-record.ts'

/**
 * Changes of the state of jobs, off the queue that EventBridge fills: those that tell of the end of a clone's job are acted on, however
 * often and in what order they come. Each by itself: those that failed come again, and `onError` is told why; what is no change of a
 * job fails each time, until the queue puts it aside.
 */
export function jobEventsHandler(
  ports: Ports,
  onError: (error: unknown) => void,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return eachRecord(async ({ body }) => {
    const ended = readBatchJobEvent(body)?.ended
    if (ended != null) await jobEnded(ports, ended)
  }, onError)
}
