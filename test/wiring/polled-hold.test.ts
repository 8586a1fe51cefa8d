import { describe, expect, it } from 'vitest'
import { polledHold } from '#account/polled-hold.ts'

describe('a wait for news that nobody tells of', () => {
  it('says to look again, and ends with its time', async () => {
    let nowMs = 0
    const hold = polledHold(() => nowMs, 1)(20)
    expect(await hold.news()).toBe(true)
    nowMs = 20_000
    expect(await hold.news()).toBe(false)
  })

  it('ends when its time is over meanwhile', async () => {
    const times = [0, 19_999, 20_000]
    const hold = polledHold(() => times.shift() ?? 20_000, 1)(20)
    expect(await hold.news()).toBe(false)
  })

  it('ends when it is released, at once', async () => {
    const hold = polledHold(() => 0, 3_600_000)(20)
    const news = hold.news()
    hold.release()
    expect(await news).toBe(false)
    expect(await hold.news()).toBe(false)
  })
})
