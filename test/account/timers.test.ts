import { describe, expect, test } from 'vitest'
import { seededRandom } from '#core/random.ts'
import { runId } from '../builders/emulation.ts'
import { timersContract } from '../contracts/timers.ts'
import { type RequestFault, withFaults } from './faulty-client.ts'
import { timersBench } from './timers-bench.ts'

describe('SQS, as miniStack', () => {
  timersContract(timersBench, 'at least once')
})

describe('SQS, as miniStack, with faults', () => {
  let seed = 0
  const spoilt = (client: object) => withFaults(client, seededRandom(`timers ${(seed += 1)}`), 0.05)
  timersContract(() => timersBench(spoilt), 'at least once')

  test('all timers ring though some requests were throttled, and answers of others lost', async () => {
    let seen: ReadonlyMap<RequestFault, number> = new Map()
    const under = await timersBench((client) => (seen = spoilt(client)))
    const tasks = Array.from({ length: 200 }, (_, index) => `clean[${index}]`)
    const atMs = under.nowMs()
    const slots = tasks.map((task) => ({ run: runId(), task, attempt: 1, clone: 0 }))
    await Promise.all(slots.map((slot) => under.timers.set({ kind: 'hedge', slot, atMs })))
    await under.advance(1)
    const rung = under.rung().map((timer) => (timer.kind === 'run-timeout' ? timer.run : timer.slot.task))
    expect([...new Set(rung)].sort()).toStrictEqual(tasks.toSorted())
    expect([...seen.keys()].sort()).toStrictEqual([
      'answer lost',
      'lost before it arrived',
      'service error',
      'throttled',
    ])
    await under.close()
  })
})
