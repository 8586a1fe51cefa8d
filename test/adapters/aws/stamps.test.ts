import { expect, it } from 'vitest'
import { Stamps } from '#adapters/aws/stamps.ts'

it('grows with the time, while the time stands, and when it goes back', () => {
  const times = [5, 5, 3, 6]
  const stamps = new Stamps(() => times.shift() ?? 6)
  const given = Array.from({ length: 5 }, () => stamps.next())
  expect(given).toStrictEqual([5_000, 5_001, 5_002, 6_000, 6_001])
})

it('is greater than what it saw, however far ahead the clock of that was', () => {
  const stamps = new Stamps(() => 1)
  stamps.saw(9_999)
  expect(stamps.next()).toBe(10_000)
  stamps.saw(7)
  expect(stamps.next()).toBe(10_001)
})
