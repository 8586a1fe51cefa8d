import { expect, it } from 'vitest'
import { inSeconds } from '#core/planning/in-seconds.ts'

it.each([
  [0, '0 s'],
  [0.004, '0 s'],
  [0.5, '0.5 s'],
  [9.876, '9.88 s'],
  [10, '10 s'],
  [1234.5, '1235 s'],
])('%d seconds are shown as %s', (seconds, words) => {
  expect(inSeconds(seconds)).toBe(words)
})
