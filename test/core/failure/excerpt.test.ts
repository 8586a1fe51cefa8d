import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerpt } from '#core/failure/excerpt.ts'

describe('an excerpt', () => {
  it('is the last 20 lines', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    expect(excerpt(`${lines.join('\r\n')}\n\n`)).toBe(lines.slice(10).join('\n'))
  })

  it('is empty for a blank text', () => {
    expect(excerpt(' \n\t\n')).toBe('')
  })

  it('keeps tabs and shows what would steer a terminal', () => {
    expect(excerpt('a\tb\u001B[31m\u202Ec\rd')).toBe('a\tb\\u{1b}[31m\\u{202e}c\\u{d}d')
  })

  it('is at most 4,096 characters, the last ones', () => {
    expect(excerpt(`${'x'.repeat(5000)}end`)).toBe(`…${'x'.repeat(4092)}end`)
  })

  it('does not cut a character in two', () => {
    expect(excerpt('😀'.repeat(3000))).toBe(`…${'😀'.repeat(2047)}`)
  })

  it('never holds a control character, nor more than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (text) => {
        const shown = excerpt(text)
        return shown.length <= 4096 && shown.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(shown)
      }),
    )
  })
})
