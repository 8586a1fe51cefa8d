import { SqsDispatcher } from '#adapters/aws/sqs-dispatcher.ts'
import type { Ports } from '#operations/ports.ts'
import { dispatchHandler } from '../../lambdas/dispatch/handler.ts'
import { queueEvent } from '../builders/queue-records.ts'
import type { DispatcherUnderTest } from '../contracts/dispatcher.ts'
import { sqsClient } from './emulated-account.ts'
import { Consumer, newQueue, until } from './emulated-queue.ts'

/** More than one, so that only the queue keeps dispatches apart. */
const consumers = 3

/** Requests by a client that `spoil` was shown, and the handler behind MiniStack's queue; each dispatch is ended by hand. */
export async function dispatchBench(spoil: (client: object) => void = () => undefined): Promise<DispatcherUnderTest> {
  const calm = sqsClient()
  const client = sqsClient()
  spoil(client)
  const queue = await newQueue(calm, 'dispatch')
  let closed = false
  const looks: PromiseWithResolvers<void>[] = []
  const capacity = async () => {
    const look = Promise.withResolvers<void>()
    looks.push(look)
    if (!closed) await look.promise
    return { total: { vcpus: 0 }, pools: {} }
  }
  const ports = { pools: { capacity }, clock: { nowMs: Date.now } } as unknown as Ports
  const handle = dispatchHandler(ports, (error) => {
    throw error
  })
  const receive = async (bodies: readonly string[]) => {
    await handle(queueEvent(bodies))
    return bodies.map(() => true)
  }
  const running = Array.from({ length: consumers }, () => new Consumer(calm, queue.url, receive))
  const batches = (): number => running.reduce((sum, consumer) => sum + consumer.batches, 0)
  return {
    dispatcher: new SqsDispatcher({ client, queueUrl: queue.url, nowMs: Date.now }),
    begun: () => looks.length,
    async end() {
      const before = batches()
      looks.at(-1)?.resolve()
      await until(() => batches() > before)
    },
    async goOn() {
      await until(async () => (await queue.delayed()) === 0)
      await Promise.all(running.map((consumer) => consumer.looked()))
    },
    async close() {
      closed = true
      for (const look of looks) look.resolve()
      await Promise.all(running.map((consumer) => consumer.close()))
      await queue.drop()
      calm.destroy()
      client.destroy()
    },
  }
}
