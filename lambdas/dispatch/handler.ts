import type { SQSEvent } from 'aws-lambda'
import { dispatchTimes } from '#contract/queues.ts'
import { dispatch } from '#operations/dispatch.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Requests for a dispatch, off their queue: however many came together, one dispatch serves them all, for as long as a function has. When
 * it fails it throws, and all of them come again.
 */
export function dispatchHandler(ports: Ports): (event: SQSEvent) => Promise<void> {
  return async ({ Records }) => {
    if (Records.length > 0) await dispatch(ports, ports.clock.nowMs() + dispatchTimes.workS * 1000)
  }
}
