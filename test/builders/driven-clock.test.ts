import { describe, expect, it } from 'vitest'
import { createDrivenClock } from './driven-clock.ts'

describe('a driven clock', () => {
  it('stands until it is told to go on', async () => {
    const clock = createDrivenClock(1_000)
    expect(clock.nowMs()).toBe(1_000)
    await clock.advance(250)
    expect(clock.nowMs()).toBe(1_250)
  })

  it('rings in order of times, then of setting, each at its own time', async () => {
    const clock = createDrivenClock(0)
    const rung: string[] = []
    const set = (name: string, atMs: number) => clock.at(atMs, () => rung.push(`${name}@${clock.nowMs()}`))
    set('c', 30)
    set('a', 10)
    set('b1', 20)
    set('b2', 20)
    set('late', 99)
    await clock.advance(50)
    expect(rung).toStrictEqual(['a@10', 'b1@20', 'b2@20', 'c@30'])
    expect(clock.pending).toBe(1)
  })

  it('lets promises settle, so that one alarm may lead to the next', async () => {
    const clock = createDrivenClock(0)
    const rung: number[] = []
    clock.at(10, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => clock.at(15, () => rung.push(clock.nowMs())))
    })
    clock.at(20, () => rung.push(clock.nowMs()))
    await clock.advance(20)
    expect(rung).toStrictEqual([15, 20])
  })

  it('rings for the past at once, without going back', async () => {
    const clock = createDrivenClock(100)
    const rung: number[] = []
    clock.at(5, () => rung.push(clock.nowMs()))
    await clock.advance(0)
    expect(rung).toStrictEqual([100])
  })

  it('forgets what is cancelled', async () => {
    const clock = createDrivenClock(0)
    const rung: number[] = []
    clock.at(5, () => rung.push(5))()
    await clock.advance(10)
    expect(rung).toStrictEqual([])
  })

  it('runs out to the last alarm and no further', async () => {
    const clock = createDrivenClock(0)
    clock.at(40, () => clock.at(70, () => undefined))
    await clock.runOut()
    expect(clock.nowMs()).toBe(70)
    expect(clock.pending).toBe(0)
  })
})
