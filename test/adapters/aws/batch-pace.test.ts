import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BatchPace } from '#adapters/aws/batch-pace.ts'
import { createDrivenClock } from '../../builders/driven-clock.ts'

/** Requests that are asked for together: how long they take until they arrive, and from then on until they are answered. */
const burst = fc.record({
  afterMs: fc.nat(1500),
  requests: fc.array(fc.record({ arrivesMs: fc.nat(400), answeredMs: fc.nat(400) }), { minLength: 1, maxLength: 12 }),
})

it('never lets more than the rate arrive in any second, and all go in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 7 }),
      fc.array(burst, { maxLength: 8 }),
      fc.nat(40),
      async (perS, bursts, lateMs) => {
        const clock = createDrivenClock(0)
        const waitMs = (ms: number) =>
          new Promise<void>((resolve) => void clock.at(clock.nowMs() + Math.max(1, ms), resolve))
        let rings = 0
        const pace = new BatchPace({
          perS,
          nowMs: () => clock.nowMs(),
          // Every third timer rings early, the others late.
          waitMs: (ms) => waitMs((rings += 1) % 3 === 0 ? ms - 1 : ms + lateMs),
        })
        const begun: number[] = []
        const arrivedMs: number[] = []
        const sent: Promise<void>[] = []
        for (const { afterMs, requests } of bursts) {
          await clock.advance(afterMs)
          for (const { arrivesMs, answeredMs } of requests) {
            const number = sent.length
            const request = async () => {
              begun.push(number)
              await waitMs(arrivesMs)
              arrivedMs.push(clock.nowMs())
              await waitMs(answeredMs)
            }
            sent.push(pace.send(request))
          }
        }
        await clock.runOut()
        await Promise.all(sent)

        expect(begun).toStrictEqual(sent.map((_, number) => number))
        for (const fromMs of arrivedMs) {
          const within = arrivedMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000)
          expect(within.length).toBeLessThanOrEqual(perS)
        }
      },
    ),
    { numRuns: 60 },
  )
})

it('makes nobody wait while the rate is not used up', async () => {
  const waits: number[] = []
  const waitMs = async (ms: number) => void waits.push(ms)
  let nowMs = 0
  const pace = new BatchPace({ perS: 2, nowMs: () => (nowMs += 600), waitMs })
  for (let request = 0; request < 5; request += 1) await pace.send(async () => undefined)
  expect(waits).toStrictEqual([])
})

it('goes on after a request that failed, whose failure is its own', async () => {
  const clock = createDrivenClock(0)
  const waitMs = (ms: number) => new Promise<void>((resolve) => void clock.at(clock.nowMs() + ms, resolve))
  const pace = new BatchPace({ perS: 1, nowMs: () => clock.nowMs(), waitMs })
  const failed = pace.send(() => Promise.reject(new Error('throttled')))
  const next = pace.send(async () => clock.nowMs())
  await expect(failed).rejects.toThrow('throttled')
  await clock.runOut()
  expect(await next).toBe(1000)
})

it('takes a rate of at least one a second', () => {
  expect(() => new BatchPace({ perS: 0.5 })).toThrow('at least 1')
})
