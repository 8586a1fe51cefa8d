import { describe, expect, test } from 'vitest'
import { seededRandom } from '#core/random.ts'
import { dispatcherContract, type DispatcherUnderTest } from '../contracts/dispatcher.ts'
import { dispatchBench } from './dispatch-bench.ts'
import { type RequestFault, withFaults } from './faulty-client.ts'

/** Many requests come together, and one after them: how many dispatches had begun after each, and in the end. */
async function burst(under: DispatcherUnderTest): Promise<readonly [number, number, number]> {
  await Promise.all(Array.from({ length: 200 }, () => under.dispatcher.request()))
  await under.goOn()
  const first = under.begun()
  await under.end()
  await under.dispatcher.request()
  await under.goOn()
  const second = under.begun()
  await under.end()
  await under.goOn()
  const last = under.begun()
  await under.close()
  return [first, second, last]
}

describe('SQS, as miniStack', () => {
  dispatcherContract(dispatchBench)

  test('a burst of requests is a dispatch or two, and the next request is another one', async () => {
    const [first, second, last] = await burst(await dispatchBench())
    expect([first, second]).toStrictEqual([1, 2])
    expect(last).toBeLessThanOrEqual(3)
  })
})

describe('SQS, as miniStack, with faults', () => {
  let seed = 0
  const spoilt = (client: object) => withFaults(client, seededRandom(`dispatch ${(seed += 1)}`), 0.05)
  dispatcherContract(() => dispatchBench(spoilt))

  test('a burst of requests comes through though some were throttled, and answers of others lost', async () => {
    let seen: ReadonlyMap<RequestFault, number> = new Map()
    const [first, second] = await burst(await dispatchBench((client) => (seen = spoilt(client))))
    expect([first, second]).toStrictEqual([1, 2])
    expect([...seen.keys()].sort()).toStrictEqual([
      'answer lost',
      'lost before it arrived',
      'service error',
      'throttled',
    ])
  })
})
