import { expect, it } from 'vitest'
import { KnownVersions } from '#adapters/aws/known-versions.ts'

it('knows older versions than those it wrote to be stale, and nothing of other rows', () => {
  const known = new KnownVersions()
  known.wrote('a', 3)
  expect([2, 3, 4].map((version) => known.isStale('a', version))).toStrictEqual([true, false, false])
  expect(known.isStale('b', 0)).toBe(false)
})

it('forgets what was written longest ago', () => {
  const known = new KnownVersions()
  for (const row of ['a', 'b', 'a']) known.wrote(row, 1)
  for (let n = 0; n < 9_999; n += 1) known.wrote(`row ${n}`, 1)
  expect([known.isStale('a', 0), known.isStale('b', 0)]).toStrictEqual([true, false])
})
