import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeSorted, takeNext } from '#adapters/aws/merge-sorted.ts'

async function* source<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items
}

const byNumber = (a: number, b: number): number => a - b

it('merges sorted sequences into one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.integer())), async (lists) => {
      const sorted = lists.map((list) => list.toSorted(byNumber))
      const merged = await takeNext(mergeSorted(sorted.map(source), byNumber), Infinity)
      expect(merged).toStrictEqual(lists.flat().toSorted(byNumber))
    }),
  )
})

it('gives equal items in the order of their sources', async () => {
  const merged = mergeSorted([source(['a1', 'b1']), source(['a2', 'b2'])], (a, b) => a.charCodeAt(0) - b.charCodeAt(0))
  expect(await takeNext(merged, 10)).toStrictEqual(['a1', 'a2', 'b1', 'b2'])
})

it('can be gone on with, and asks no source for more than its head', async () => {
  const asked: number[] = []
  async function* counted(): AsyncGenerator<number, void> {
    for (let n = 0; ; n += 1) {
      asked.push(n)
      yield n
    }
  }
  const merged = mergeSorted([counted()], byNumber)
  expect(await takeNext(merged, 2)).toStrictEqual([0, 1])
  expect(await takeNext(merged, 1)).toStrictEqual([2])
  expect(asked).toStrictEqual([0, 1, 2])
})
