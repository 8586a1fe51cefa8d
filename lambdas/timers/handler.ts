import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { readTimerMessage } from '#contract/timer-message.ts'
import type { Ports } from '#operations/ports.ts'
import { timerRang } from '#operations/timer-rang.ts'
import { eachRecord } from '../each-record.ts'

/**
 * Timers, off their queue: one that is early is set again, the others ring. Each by itself: those that failed come again, and
 * `onError` is told why; what is no timer fails each time, until the queue puts it aside.
 */
export function timersHandler(
  ports: Ports,
  onError: (error: unknown) => void,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const carryOut = async ({ body }: SQSRecord): Promise<void> => {
    const timer = readTimerMessage(body)
    await (timer.atMs > ports.clock.nowMs() ? ports.timers.set(timer) : timerRang(ports, timer))
  }
  return eachRecord(carryOut, onError)
}
