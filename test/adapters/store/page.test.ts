import { describe, expect, it } from 'vitest'
import { cursorNumber, cursorOf, cursorParts } from '#adapters/store/cursor.ts'
import { rowsForPage, wholeLimit } from '#adapters/store/page.ts'

describe('limits', () => {
  it.each([0, -1, 1.5, Number.NaN, Infinity])('a page of %d items is a bug of the caller', (limit) => {
    expect(() => rowsForPage(limit)).toThrow(RangeError)
  })

  it.each([-1, 0.5, Number.NaN, Infinity])('so is a limit of %d', (limit) => {
    expect(() => wholeLimit(limit)).toThrow(RangeError)
  })
})

describe('cursors', () => {
  it('give back what they were made of', () => {
    expect(cursorParts(cursorOf('run_00000001', 'a b[0]/1/0'))).toStrictEqual(['run_00000001', 'a b[0]/1/0'])
    expect(cursorNumber(cursorParts(cursorOf(1_800_000_000_000.25, 'x'))[0])).toBe(1_800_000_000_000.25)
  })

  it.each(['', 'x', ' x'])('%j is no cursor of two parts', (text) => {
    expect(() => cursorParts(text)).toThrow('not a cursor of this list')
  })

  it.each(['', ' ', 'x', '1e999', 'NaN'])('%j is no cursor of a number', (text) => {
    expect(() => cursorNumber(text)).toThrow('not a cursor of this list')
  })
})
