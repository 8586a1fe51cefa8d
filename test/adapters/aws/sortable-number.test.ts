import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortableNumber } from '#adapters/aws/sortable-number.ts'

it('sorts, as text, as the numbers do', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      const [x, y] = [sortableNumber(a), sortableNumber(b)]
      expect([x < y, x === y]).toStrictEqual([a < b, a === b])
    }),
    {
      examples: [
        [-0, 0],
        [-1.5, -1],
        [-1, 1],
        [Infinity, Number.MAX_VALUE],
        [1_800_000_000_000, 1_800_000_000_001],
      ],
    },
  )
})

it('has 16 digits, and refuses what is no number', () => {
  expect(sortableNumber(50)).toMatch(/^[\da-f]{16}$/)
  expect(() => sortableNumber(NaN)).toThrow(RangeError)
})
