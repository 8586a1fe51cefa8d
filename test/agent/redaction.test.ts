import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redaction } from '#agent/redaction.ts'

/** All that comes out of pieces. */
function through(redaction: Redaction, pieces: readonly Uint8Array[]): string {
  const stream = redaction.stream()
  return Buffer.concat([...pieces.map((piece) => stream.push(piece)), stream.held()]).toString('latin1')
}

const secret = String.raw`p+$(a)s.s*'w"ö\rd[/x`

describe('a redaction', () => {
  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['in JSON', (text) => JSON.stringify(text).slice(1, -1)],
    ['in JSON in JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
    ['in JSON of ASCII', (text) => JSON.stringify(text).slice(1, -1).replace('ö', '\\u00f6')],
    ['URL-encoded', encodeURIComponent],
    ['URL-encoded, in lower case', (text) => encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['in base64 for URLs', (text) => Buffer.from(text).toString('base64url')],
    ['quoted by a shell', (text) => text.replaceAll("'", `'"'"'`)],
    ['quoted by another shell', (text) => text.replaceAll("'", String.raw`'\''`)],
  ])('masks a secret %s', (_, write) => {
    expect(new Redaction([secret]).text(`before ${write(secret)} after`)).toBe('before *** after')
  })

  it.each([0, 1, 2, 3])('masks a secret in base64 after %i other bytes', (before) => {
    const encoded = Buffer.from(`${'u'.repeat(before)}${'0123456789abcdef'}:more`).toString('base64')
    const shown = new Redaction(['0123456789abcdef']).text(encoded)
    expect(shown).toContain('***')
    expect(Buffer.from(shown.replace('***', ''), 'base64').toString('latin1')).not.toContain('2345')
  })

  it('masks base64 that is broken into lines', () => {
    const long = Array.from({ length: 200 }, (_, index) => String.fromCharCode(97 + ((index * 7) % 26))).join('')
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(long)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
      const shown = new Redaction([long]).text(lines.join('\n')).split('\n')
      expect(new Set(shown)).toStrictEqual(new Set(['***']))
    }
  })

  it('masks each line of a value with several, and not what is too short', () => {
    const redaction = new Redaction(['-----BEGIN-----\n  line one\r\n}\nline  two\n'])
    expect(redaction.text('line two, line one; line  two } -----BEGIN-----')).toBe('***, ***; *** } ***')
  })

  it('makes one mask of matches that overlap, and two of those that touch', () => {
    const redaction = new Redaction(['abcdef', 'defghi'])
    expect(redaction.text('xabcdefghiy abcdefdefghi')).toBe('x***y ******')
  })

  it('masks every occurrence, however bytes come in pieces, and leaves all else as it is', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 9 })
    const cases = fc.record({
      secrets: fc.array(letters, { minLength: 1, maxLength: 3 }),
      text: fc.array(fc.oneof(letters, fc.constantFrom('a', 'b', 'x', 'abca')), { maxLength: 30 }),
      cuts: fc.array(fc.nat(60), { maxLength: 20 }),
    })
    fc.assert(
      fc.property(cases, ({ secrets, text: parts, cuts }) => {
        const text = parts.join('')
        const redaction = new Redaction(secrets)
        const places = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, at) => Buffer.from(text.slice(places[at], end)))
        const shown = through(redaction, pieces)
        expect(shown).toBe(redaction.text(text))
        for (const value of secrets) expect(shown).not.toContain(value)
        expect(shown === text).toBe(!secrets.some((value) => text.includes(value)))
      }),
    )
  })

  it('holds back no more than the beginning of a secret', () => {
    const stream = new Redaction(['abcdefgh']).stream()
    expect(stream.push(Buffer.from('log line\nxabc')).toString()).toBe('log line\nx')
    expect(stream.held().toString()).toBe('abc')
    expect(stream.push(Buffer.from('x\n')).toString()).toBe('abcx\n')
  })

  it('leaves bytes that are no text as they are', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))
    expect(through(new Redaction(['secret']), [bytes])).toBe(bytes.toString('latin1'))
  })

  it('shows an endless run of a repeating secret as one mask, and holds little of it', () => {
    const stream = new Redaction(['aaaa']).stream()
    const shown = Array.from({ length: 1000 }, () => stream.push(Buffer.from('aaa')).toString()).join('')
    expect(shown).toBe('***')
    expect(stream.held().toString()).toBe('')
  })
})
