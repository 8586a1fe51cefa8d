import { describe, expect, it } from 'vitest'
import { SqsTimers } from '#adapters/aws/sqs-timers.ts'
import type { Timer } from '#ports/timers.ts'
import { runId } from '../../builders/emulation.ts'
import { timerBench } from '../../builders/timer-bench.ts'
import { timersContract } from '../../contracts/timers.ts'
import { ModelQueue } from './model-queue.ts'

/** Timers over a model queue; `twice` hands over each message two times, which SQS may do. */
function open(twice: boolean) {
  const queue = new ModelQueue()
  const nowMs = (): number => queue.nowMs
  const timers = new SqsTimers({ client: queue.client, queueUrl: 'timers', nowMs })
  const bench = timerBench(timers, nowMs)
  const delaysS: number[] = []
  return {
    timers,
    nowMs,
    delaysS,
    rung: () => bench.rung,
    async advance(ms: number) {
      const untilMs = queue.nowMs + ms
      for (let message = queue.next(untilMs); message !== undefined; message = queue.next(untilMs)) {
        delaysS.push(message.delayS)
        await bench.receive(message.body)
        if (twice && message.delayS === 0) await bench.receive(message.body)
      }
      queue.nowMs = untilMs
    },
    close: async () => undefined,
  }
}

timersContract(async () => open(false), 'at least once')

describe('with messages that come twice', () => {
  timersContract(async () => open(true), 'at least once')
})

describe('timers on SQS', () => {
  const inMs = (nowMs: number, ms: number): Timer => ({
    kind: 'timeout',
    slot: { run: runId(), task: 'A', attempt: 1, clone: 0 },
    atMs: nowMs + ms,
  })

  it('are set again until their time comes, where that is beyond the longest delay', async () => {
    const under = open(false)
    const timer = inMs(under.nowMs(), 2_000_500)
    await under.timers.set(timer)
    await under.advance(2_000_000)
    expect(under.rung()).toStrictEqual([])
    await under.advance(1_000)
    expect(under.delaysS).toStrictEqual([900, 900, 201])
    expect(under.rung()).toStrictEqual([timer])
  })

  it('ring up to a second late, since delays are whole seconds, and never early', async () => {
    const under = open(false)
    await under.timers.set(inMs(under.nowMs(), 1_200))
    await under.advance(1_999)
    expect(under.rung()).toStrictEqual([])
    await under.advance(1)
    expect(under.rung()).toHaveLength(1)
  })
})
