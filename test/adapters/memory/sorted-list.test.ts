import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SortedList } from '#adapters/memory/sorted-list.ts'

it('a sorted list gives what a sorted set gives, from any item on', () => {
  const step = fc.record({ add: fc.boolean(), item: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(step), fc.nat(21), (steps, least) => {
      const list = new SortedList<number>((a, b) => a - b)
      const set = new Set<number>()
      for (const { add, item } of steps) {
        if (add) list.add(item)
        else list.delete(item)
        if (add) set.add(item)
        else set.delete(item)
      }

      const sorted = [...set].toSorted((a, b) => a - b)
      expect([...list.from()]).toStrictEqual(sorted)
      expect([...list.from(least)]).toStrictEqual(sorted.filter((item) => item >= least))
    }),
  )
})
