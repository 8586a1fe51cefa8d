import { describe, expect, it } from 'vitest'
import { createLocalTimers } from '#adapters/local/local-timers.ts'
import type { Timer } from '#ports/timers.ts'
import { createDrivenClock } from '../../builders/driven-clock.ts'
import { runId } from '../../builders/emulation.ts'
import { timersContract } from '../../contracts/timers.ts'

const timer = (atMs: number): Timer => ({
  slot: { run: runId(), task: 'a', attempt: 1, clone: 0 },
  kind: 'hedge',
  atMs,
})

function open(ring: (timer: Timer) => Promise<void> = async () => undefined) {
  const clock = createDrivenClock()
  const rung: Timer[] = []
  const errors: unknown[] = []
  const timers = createLocalTimers({
    clock,
    ring: (due) => {
      rung.push(due)
      return ring(due)
    },
    onError: (error) => errors.push(error),
  })
  return { clock, rung, errors, timers }
}

timersContract(async () => {
  const { clock, rung, timers } = open()
  return {
    timers,
    nowMs: clock.nowMs,
    advance: clock.advance,
    rung: () => rung,
    close: timers.close,
  }
})

describe('local timers', () => {
  it('ring to the ms', async () => {
    const { clock, rung, timers } = open()
    await timers.set(timer(clock.nowMs() + 1_000))
    await clock.advance(999)
    expect(rung.length).toBe(0)
    await clock.advance(1)
    expect(rung.length).toBe(1)
  })

  it('ring again when set again after they rang', async () => {
    const { clock, rung, timers } = open()
    const due = timer(clock.nowMs())
    await timers.set(due)
    await clock.advance(1)
    await timers.set(due)
    await clock.advance(0)
    expect(rung).toStrictEqual([due, due])
  })

  it('report what ringing throws, and ring on', async () => {
    const failure = new Error('the store is away')
    const { clock, rung, errors, timers } = open(() => Promise.reject(failure))
    await timers.set(timer(clock.nowMs() + 1))
    await timers.set(timer(clock.nowMs() + 2))
    await clock.advance(2)
    expect(rung.length).toBe(2)
    expect(errors).toStrictEqual([failure, failure])
  })

  it('leave no alarm behind when closed, and take none', async () => {
    const { clock, rung, timers } = open()
    await timers.set(timer(clock.nowMs() + 1_000))
    await timers.close()
    await timers.set(timer(clock.nowMs() + 2_000))
    expect(clock.pending).toBe(0)
    await clock.advance(5_000)
    expect(rung.length).toBe(0)
  })

  it('are closed only when what rang is done', async () => {
    const rang = Promise.withResolvers<void>()
    const { clock, timers } = open(() => rang.promise)
    await timers.set(timer(clock.nowMs()))
    await clock.advance(0)
    let closed = false
    const closing = timers.close().then(() => {
      closed = true
    })
    await clock.advance(0)
    expect(closed).toBe(false)
    rang.resolve()
    await closing
    expect(closed).toBe(true)
  })
})
