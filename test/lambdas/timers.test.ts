import { describe, expect, it } from 'vitest'
import { writeTimerMessage } from '#contract/timer-message.ts'
import type { Ports } from '#operations/ports.ts'
import type { Timer } from '#ports/timers.ts'
import { timersHandler } from '../../lambdas/timers/handler.ts'
import { runId } from '../builders/emulation.ts'
import { queueEvent } from '../builders/queue-records.ts'

const nowMs = 1_000_000
const backoff = (atMs: number, task = 'clean[3]'): Timer => ({
  kind: 'backoff',
  slot: { run: runId(), task, attempt: 1, clone: 0 },
  atMs,
})

/** Ports at {@link nowMs}; a backoff that rings asks for a dispatch. */
function open(request: () => Promise<void> = async () => undefined) {
  const set: Timer[] = []
  const errors: unknown[] = []
  let requests = 0
  const ports = {
    clock: { nowMs: () => nowMs },
    timers: { set: async (timer: Timer) => void set.push(timer) },
    dispatcher: {
      request: () => {
        requests += 1
        return request()
      },
    },
  } as unknown as Ports
  return { set, errors, requests: () => requests, handle: timersHandler(ports, (error) => errors.push(error)) }
}

describe('the handler of timers', () => {
  it('lets those ring whose time has come, and sets the early ones again', async () => {
    const under = open()
    const early = backoff(nowMs + 1)
    const bodies = [backoff(nowMs), early, backoff(nowMs - 5_000)].map(writeTimerMessage)
    expect(await under.handle(queueEvent(bodies))).toStrictEqual({ batchItemFailures: [] })
    expect(under.requests()).toBe(2)
    expect(under.set).toStrictEqual([early])
  })

  it('gives back the ones that failed, and only those', async () => {
    let calls = 0
    const broken = new Error('no store')
    const under = open(async () => {
      calls += 1
      if (calls === 2) throw broken
    })
    const bodies = [1, 2, 3].map((beforeMs) => writeTimerMessage(backoff(nowMs - beforeMs)))
    expect(await under.handle(queueEvent(bodies))).toStrictEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
    expect(under.errors).toStrictEqual([broken])
  })

  it.each([
    'no JSON',
    '{}',
    JSON.stringify({ ...backoff(nowMs), kind: 'alarm' }),
    JSON.stringify({ ...backoff(nowMs), atMs: 'soon' }),
    JSON.stringify({ ...backoff(nowMs), slot: { run: 'elsewhere', task: 'a', attempt: 1, clone: 0 } }),
    JSON.stringify({ kind: 'run-timeout', atMs: nowMs }),
  ])('gives back what is no timer: %s', async (body) => {
    const under = open()
    const { batchItemFailures } = await under.handle(queueEvent([body, writeTimerMessage(backoff(nowMs))]))
    expect(batchItemFailures).toStrictEqual([{ itemIdentifier: 'm0' }])
    expect(under.errors).toHaveLength(1)
    expect(under.requests()).toBe(1)
  })
})
