import { expect, it } from 'vitest'
import { AtOnce } from '#adapters/objects/at-once.ts'

it('no more works go on at once than there are slots, and no slot is had by two', async () => {
  const turns = new AtOnce(3)
  const held = new Set<number>()
  const done: number[] = []
  await turns.each([...Array(20).keys()], async (item, slot) => {
    expect(held.has(slot)).toBe(false)
    held.add(slot)
    expect(held.size).toBeLessThanOrEqual(3)
    await new Promise((resolve) => setImmediate(resolve))
    held.delete(slot)
    done.push(item)
  })
  expect(done.toSorted((a, b) => a - b)).toStrictEqual([...Array(20).keys()])
})

it('what has not begun when one fails never does, and slots are free again', async () => {
  const turns = new AtOnce(2)
  const begun: number[] = []
  const failing = turns.each([0, 1, 2, 3], async (item) => {
    begun.push(item)
    await Promise.resolve()
    if (item === 0) throw new Error('first')
    if (item === 1) throw new Error('second')
  })
  await expect(failing).rejects.toThrow('first')
  expect(begun).toStrictEqual([0, 1])
  expect(await Promise.all([1, 2].map((value) => turns.run(async () => value)))).toStrictEqual([1, 2])
})
