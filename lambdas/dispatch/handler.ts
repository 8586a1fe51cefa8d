import type { SQSEvent } from 'aws-lambda'
import { dispatchTimes } from '#contract/queues.ts'
import { dispatch } from '#operations/dispatch.ts'
import type { Ports } from '#operations/ports.ts'
import { submitStranded } from '#operations/submit-stranded.ts'

/**
 * Requests for a dispatch, off their queue: however many came together, one dispatch serves them all, for as long as a function has. When
 * it fails it throws, and all of them come again. One that comes again tells of a dispatch that failed or was killed: what that has left is
 * submitted first, and `onError` is told should that be refused.
 */
export function dispatchHandler(ports: Ports, onError: (error: unknown) => void): (event: SQSEvent) => Promise<void> {
  return async ({ Records }) => {
    if (Records.length === 0) return
    const untilMs = ports.clock.nowMs() + dispatchTimes.workS * 1000
    const isAgain = Records.some(({ attributes }) => Number(attributes.ApproximateReceiveCount) > 1)
    if (isAgain) await submitStranded(ports).catch(onError)
    await dispatch(ports, untilMs)
  }
}
