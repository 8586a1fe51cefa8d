import { readTimerMessage } from '#contract/timer-message.ts'
import type { Ports } from '#operations/ports.ts'
import type { Timer, Timers } from '#ports/timers.ts'
import { timersHandler } from '../../lambdas/timers/handler.ts'
import { queueEvent } from './queue-records.ts'

/** The handler of timers over ports that say only which timers rang. */
export interface TimerBench {
  /** The timers that rang, in order. */
  readonly rung: Timer[]
  readonly errors: unknown[]
  /** Hands over one message; whether it may be deleted. */
  receive(body: string): Promise<boolean>
}

/** Timers that ring for what is not there, or is over, ask for it and do nothing: so the bench knows that they rang. */
export function timerBench(timers: Timers, nowMs: () => number): TimerBench {
  const rung: Timer[] = []
  const errors: unknown[] = []
  let last: Promise<unknown> = Promise.resolve()
  let asked = false
  const rows = {
    get: async (_run: string, kind: string) => {
      asked = true
      return kind === 'run' ? { value: { state: 'succeeded', timeoutS: 1 } } : undefined
    },
  }
  const request = async () => void (asked = true)
  const ports = { timers, clock: { nowMs }, dispatcher: { request }, store: { rows } } as unknown as Ports
  const handle = timersHandler(ports, (error) => errors.push(error))
  return {
    rung,
    errors,
    receive(body) {
      const done = last.then(async () => {
        asked = false
        const { batchItemFailures } = await handle(queueEvent([body]))
        if (asked) rung.push(readTimerMessage(body))
        return batchItemFailures.length === 0
      })
      last = done
      return done
    },
  }
}
