import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eachLimited } from '#agent/each-limited.ts'

describe('running an act for each item', () => {
  it('runs no more at once than it may, and all of them', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    await eachLimited([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running += 1
      most = Math.max(most, running)
      await setImmediate()
      running -= 1
      done.push(item)
    })
    expect(most).toBe(3)
    expect(new Set(done)).toStrictEqual(new Set([1, 2, 3, 4, 5, 6, 7]))
    expect(done).toHaveLength(7)
  })

  it('starts nothing more once one has failed, and waits for what runs', async () => {
    const ended: number[] = []
    const running = eachLimited([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('first')
      await setImmediate()
      ended.push(item)
    })
    await expect(running).rejects.toThrow('first')
    expect(ended).toStrictEqual([2])
  })

  it('has nothing to do for no items', async () => {
    await expect(eachLimited([], 2, async () => Promise.reject(new Error('called')))).resolves.toBeUndefined()
  })
})
