import { SqsTimers } from '#adapters/aws/sqs-timers.ts'
import { readTimerMessage, writeTimerMessage } from '#contract/timer-message.ts'
import type { Timers } from '#ports/timers.ts'
import { timerBench } from '../builders/timer-bench.ts'
import type { TimersUnderTest } from '../contracts/timers.ts'
import { sqsClient } from './emulated-account.ts'
import { Consumer, newQueue, until } from './emulated-queue.ts'

/**
 * Timers by a client that `spoil` was shown, and the handler behind MiniStack's queue. The clock is the test's; delays are at most a
 * real second, so that every message is looked at, and set again, while the test's time stands still.
 */
export async function timersBench(spoil: (client: object) => void = () => undefined): Promise<TimersUnderTest> {
  const calm = sqsClient()
  const client = sqsClient()
  spoil(client)
  const queue = await newQueue(calm, 'timers')
  let atMs = 1_700_000_000_000
  const nowMs = (): number => atMs
  const sqs = new SqsTimers({ client, queueUrl: queue.url, nowMs, longestS: 1 })
  /** Timers that have not rung, and at which time of the test each was looked at last. */
  const open = new Map<string, number>()
  const timers: Timers = {
    async set(timer) {
      const key = keyOf(writeTimerMessage(timer))
      if (!open.has(key)) open.set(key, Number.NEGATIVE_INFINITY)
      await sqs.set(timer)
    },
  }
  const bench = timerBench(sqs, nowMs)
  const receive = async (bodies: readonly string[]) => {
    const done: boolean[] = []
    for (const body of bodies) {
      const rungBefore = bench.rung.length
      const lookedAtMs = atMs
      const carriedOut = await bench.receive(body)
      done.push(carriedOut)
      if (bench.rung.length > rungBefore) open.delete(keyOf(body))
      else if (carriedOut && open.has(keyOf(body))) open.set(keyOf(body), lookedAtMs)
    }
    return done
  }
  const consumer = new Consumer(calm, queue.url, receive)
  return {
    timers,
    nowMs,
    async advance(ms) {
      atMs += ms
      await until(() => [...open.values()].every((lookedAtMs) => lookedAtMs === atMs))
    },
    rung: () => bench.rung,
    async close() {
      await consumer.close()
      await queue.drop()
      calm.destroy()
      client.destroy()
    },
  }
}

/** The same for the same timer, in whatever order its fields came. */
function keyOf(body: string): string {
  return writeTimerMessage(readTimerMessage(body))
}
