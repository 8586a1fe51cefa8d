import type { SQSEvent } from 'aws-lambda'
import { dispatch } from '#operations/dispatch.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Requests for a dispatch, off their queue: however many came together, one dispatch serves them all. When it fails it throws, and all
 * of them come again.
 */
export function dispatchHandler(ports: Ports): (event: SQSEvent) => Promise<void> {
  return async ({ Records }) => {
    if (Records.length > 0) await dispatch(ports)
  }
}
