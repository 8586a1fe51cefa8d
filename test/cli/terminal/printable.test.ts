import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableLines } from '#cli/terminal/printable.ts'

describe('printable text', () => {
  it.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;a title\u0007after', 'after'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['two\nlines', 'two\\nlines'],
    ['bell\u0007', 'bell\\u{7}'],
    ['\u009b2J', ''],
    ['safe\u202eevil', 'safe\\u{202e}evil'],
    ['日本 ✓', '日本 ✓'],
  ])('of %j is %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('never holds a control character', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(printable(text))))
  })

  it('of several lines keeps line breaks and tabs, and nothing else', () => {
    expect(printableLines('a\tb\r\n\u001b[1mc\u0008')).toBe('a\tb\nc\\u{8}')
  })
})
