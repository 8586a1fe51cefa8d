import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createScaledClock } from '#adapters/local/scaled-clock.ts'
import { createSystemClock, createTimeoutClock } from '#adapters/local/system-clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the clock of the system', () => {
  it('shows wall time and rings at it', () => {
    const clock = createSystemClock()
    const rung: number[] = []
    clock.at(1_700_000_005_000, () => rung.push(clock.nowMs()))
    vi.advanceTimersByTime(4_999)
    expect(rung).toStrictEqual([])
    vi.advanceTimersByTime(10_000)
    expect(rung).toStrictEqual([1_700_000_005_000])
  })

  it('rings for the past after the call, not within it', () => {
    const clock = createSystemClock()
    const ring = vi.fn()
    clock.at(0, ring)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(ring).toHaveBeenCalledOnce()
  })

  it('does not ring once cancelled', () => {
    const clock = createSystemClock()
    const ring = vi.fn()
    clock.at(clock.nowMs() + 1_000, ring)()
    vi.advanceTimersByTime(2_000)
    expect(ring).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits longer than one timeout can, and can be cancelled in its second one', () => {
    const clock = createSystemClock()
    const daysMs = 60 * 86_400_000
    const rung: number[] = []
    clock.at(clock.nowMs() + daysMs, () => rung.push(clock.nowMs()))
    const never = vi.fn()
    const cancel = clock.at(clock.nowMs() + daysMs, never)
    vi.advanceTimersByTime(daysMs - 1)
    expect(rung).toStrictEqual([])
    cancel()
    vi.advanceTimersByTime(1)
    expect(rung).toStrictEqual([1_700_000_000_000 + daysMs])
    expect(never).not.toHaveBeenCalled()
  })

  it('waits on when a timeout fires before the clock shows its time', () => {
    let lagMs = 3
    const clock = createTimeoutClock(() => Date.now() - lagMs, 1)
    const rung: number[] = []
    const atMs = clock.nowMs() + 1_000
    clock.at(atMs, () => rung.push(clock.nowMs()))
    lagMs = 5
    vi.advanceTimersByTime(1_000)
    expect(rung).toStrictEqual([])
    vi.advanceTimersByTime(2)
    expect(rung).toStrictEqual([atMs])
  })
})

describe('a scaled clock', () => {
  it('goes as many times as fast, from now on, in whole ms', () => {
    const clock = createScaledClock(2.5)
    expect(clock.nowMs()).toBe(1_700_000_000_000)
    vi.advanceTimersByTime(1)
    expect(clock.nowMs()).toBe(1_700_000_000_002)
    vi.advanceTimersByTime(999)
    expect(clock.nowMs()).toBe(1_700_000_002_500)
  })

  it('rings by its own time, never early', () => {
    const clock = createScaledClock(60)
    const rung: number[] = []
    clock.at(clock.nowMs() + 60_000, () => rung.push(clock.nowMs()))
    vi.advanceTimersByTime(999)
    expect(rung).toStrictEqual([])
    vi.advanceTimersByTime(1)
    expect(rung).toStrictEqual([1_700_000_060_000])
  })

  it('can go slower', () => {
    const clock = createScaledClock(0.5)
    const ring = vi.fn()
    clock.at(clock.nowMs() + 100, ring)
    vi.advanceTimersByTime(199)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(ring).toHaveBeenCalledOnce()
  })

  it.each([0, -1, Number.NaN])('cannot go %d times as fast', (factor) => {
    expect(() => createScaledClock(factor)).toThrow(RangeError)
  })
})
