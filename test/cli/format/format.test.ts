import { describe, expect, it } from 'vitest'
import { bytes } from '#cli/format/bytes.ts'
import { count } from '#cli/format/count.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import { shellWord } from '#cli/format/shell-word.ts'
import { shownPath } from '#cli/format/shown-path.ts'

describe('a duration', () => {
  it.each([
    [0, '0.0s'],
    [-0.2, '0.0s'],
    [9.96, '10.0s'],
    [59.94, '59.9s'],
    [59.96, '1m00s'],
    [125, '2m05s'],
    [3599.6, '1h00m'],
    [3 * 86_400 + 4 * 3600, '3d04h'],
  ])('of %d s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})

describe('an amount of money', () => {
  it.each([
    [0, '$0'],
    [0.000_000_2, '<$0.000001'],
    [0.000_034_4, '$0.000034'],
    [0.0021, '$0.0021'],
    [0.0003, '$0.0003'],
    [0.1, '$0.10'],
    [0.996, '$1.00'],
    [12.345, '$12.35'],
  ])('of %d is %s', (usd, text) => {
    expect(money(usd)).toBe(text)
  })
})

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
    [5000 * 1024 ** 4, '5000.0 TiB'],
  ])('%d are %s', (number, text) => {
    expect(bytes(number)).toBe(text)
  })
})

describe('a count', () => {
  it('has its noun in the right number', () => {
    expect([count(0, 'task'), count(1, 'task'), count(2, 'task')]).toStrictEqual(['0 tasks', '1 task', '2 tasks'])
  })
})

describe('a word for a shell', () => {
  it.each([
    ['latest', 'latest'],
    ['./a-b/c.yaml', './a-b/c.yaml'],
    ['clean[3]', "'clean[3]'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('%j is %s', (word, typed) => {
    expect(shellWord(word)).toBe(typed)
  })
})

describe('a path as shown', () => {
  it.each([
    ['/home/ada/flows/.forkcast/a', '.forkcast/a'],
    ['/home/ada/other', '/home/ada/other'],
    ['/home/ada/flowsheet/a', '/home/ada/flowsheet/a'],
    ['already/relative', 'already/relative'],
  ])('%s is %s below /home/ada/flows', (path, shown) => {
    expect(shownPath(path, '/home/ada/flows')).toBe(shown)
  })
})
