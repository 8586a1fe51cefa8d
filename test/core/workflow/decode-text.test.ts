import { describe, expect, it } from 'vitest'
import { decodeText } from '#core/workflow/document/decode-text.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('the text of a file', () => {
  it('is UTF-8', () => {
    expect(decodeText(utf8('name: é日🎉\n'))).toStrictEqual({ ok: true, value: 'name: é日🎉\n' })
    expect(decodeText(new Uint8Array())).toStrictEqual({ ok: true, value: '' })
    expect(decodeText(utf8('x'))).toStrictEqual({ ok: true, value: 'x' })
  })

  it.each([
    ['UTF-16', [0xff, 0xfe, 0x61, 0]],
    ['UTF-16', [0xfe, 0xff, 0, 0x61]],
    ['UTF-32', [0xff, 0xfe, 0, 0]],
    ['UTF-16 or UTF-32', [0x61, 0, 0x62, 0]],
    ['UTF-16 or UTF-32', [0, 0x61]],
    ['UTF-8 with a byte order mark', [0xef, 0xbb, 0xbf, 0x61]],
    ['binary: it holds a NUL', [0x61, 0x62, 0]],
  ])('is not %s', (encoding, bytes) => {
    expect(decodeText(new Uint8Array(bytes))).toMatchObject({
      ok: false,
      error: [{ code: 'WF-ENCODING', message: `the file is ${encoding}`, position: { line: 1, column: 1 } }],
    })
  })

  it.each([
    ['a byte of another encoding', [...utf8('a: b\nc: '), 0xe9, ...utf8('\nd')], { line: 2, column: 4 }],
    ['a character cut off', [...utf8('é\n\n'), 0xe6, 0x97], { line: 3, column: 1 }],
    ['half of a character', [0xed, 0xa0, 0x80], { line: 1, column: 1 }],
    ['a line end within a character', [0xe6, 0x0a], { line: 1, column: 1 }],
  ])('is not %s', (_, bytes, position) => {
    expect(decodeText(new Uint8Array(bytes))).toMatchObject({ ok: false, error: [{ code: 'WF-ENCODING', position }] })
  })
})
