import { expect, it } from 'vitest'
import { inLanes } from '#core/in-lanes.ts'

/** Work on numbers that ends when it is told to. */
function held() {
  const begun: number[] = []
  const ends = new Map<number, PromiseWithResolvers<string>>()
  const work = (item: number) => {
    begun.push(item)
    const end = Promise.withResolvers<string>()
    ends.set(item, end)
    return end.promise
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { begun, work, settled, end: (item: number) => ends.get(item) as PromiseWithResolvers<string> }
}

it('begins in order, no more at a time than there are lanes, and answers in order', async () => {
  const { begun, work, settled, end } = held()
  const done = inLanes([1, 2, 3], 2, work)
  await settled()
  expect(begun).toStrictEqual([1, 2])
  end(2).resolve('two')
  await settled()
  expect(begun).toStrictEqual([1, 2, 3])
  end(3).resolve('three')
  end(1).resolve('one')
  expect(await done).toStrictEqual(['one', 'two', 'three'])
})

it('does all of it, and then fails as the first one that did', async () => {
  const done: number[] = []
  const work = async (item: number) => {
    if (item % 2 === 0) throw new Error(`${item} is even`)
    done.push(item)
  }
  await expect(inLanes([1, 2, 3, 4, 5], 1, work)).rejects.toThrow('2 is even')
  expect(done).toStrictEqual([1, 3, 5])
})
