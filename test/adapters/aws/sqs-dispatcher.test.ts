import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SqsDispatcher } from '#adapters/aws/sqs-dispatcher.ts'
import { dispatchQueue } from '#contract/queues.ts'
import { ModelQueue } from './model-queue.ts'

/** Requests, made at these moments by clocks that are wrong by so much; what the queue keeps of them. */
async function requests(made: readonly { readonly afterMs: number; readonly clockOffMs: number }[]) {
  const queue = new ModelQueue(dispatchQueue.delayS)
  const startMs = queue.nowMs
  for (const { afterMs, clockOffMs } of made) {
    queue.nowMs = startMs + afterMs
    const nowMs = () => queue.nowMs + clockOffMs
    await new SqsDispatcher({ client: queue.client, queueUrl: 'dispatch', nowMs }).request()
  }
  return queue.kept.map(({ visibleAtMs }) => visibleAtMs - startMs)
}

const moment = fc.integer({ min: 0, max: 400_000 })

it('keeps a message for every request that becomes visible half a second after it, less what clocks differ by', async () => {
  const worstClockMs = 100
  const clockOffMs = fc.integer({ min: -worstClockMs, max: worstClockMs })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ afterMs: moment, clockOffMs }), { maxLength: 60 }), async (drawn) => {
      const made = drawn.toSorted((left, right) => left.afterMs - right.afterMs)
      const visible = await requests(made)
      for (const { afterMs } of made) {
        const served = visible.some(
          (atMs) => atMs >= afterMs + 500 - 2 * worstClockMs && atMs <= afterMs + dispatchQueue.delayS * 1000,
        )
        expect(served).toBe(true)
      }
    }),
  )
})

it('keeps two messages a second, however many ask', async () => {
  const made = Array.from({ length: 1_000 }, (_, index) => ({ afterMs: index * 10, clockOffMs: 0 }))
  expect(await requests(made)).toHaveLength(20)
})

it('keeps a request that comes within 5 minutes of one that was served', async () => {
  const made = [0, 2_000, 4_000].map((afterMs) => ({ afterMs, clockOffMs: 0 }))
  expect(await requests(made)).toStrictEqual([1_000, 3_000, 5_000])
})
