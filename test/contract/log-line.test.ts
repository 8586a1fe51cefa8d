import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LogLine, logLines, readLogLine, wholeCharacters } from '#contract/log-line.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const pieces = (lines: string): readonly LogLine[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => readLogLine(line) ?? [])

describe('a log as lines of its container', () => {
  it('is told piece by piece, with its places', () => {
    expect(logLines({ stream: 'stderr', fence: 1 }, 7, bytesOf('a\n"b"\n'))).toStrictEqual({
      lines: String.raw`{"log":"stderr","fence":1,"offset":7,"bytes":6,"text":"a\n\"b\"\n"}` + '\n',
      bytes: 6,
    })
    expect(logLines({ stream: 'stdout', fence: 1 }, 0, new Uint8Array())).toStrictEqual({ lines: '', bytes: 0 })
  })

  it('comes out as it went in, in lines that no collector cuts, however it was gained', () => {
    const logs = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 50 }),
        fc.constantFrom('\n', '日本語'.repeat(3_000), '\u0001'.repeat(9_000), 'x'.repeat(20_000), '🦊'),
      ),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(logs, fc.integer({ min: 1, max: 30_000 }), (parts, atLeast) => {
        const all = bytesOf(parts.join(''))
        // A long log by single bytes takes long and shows no more.
        const step = Math.max(atLeast, Math.ceil(all.length / 1_000))
        let said = ''
        for (let from = 0, to = 0; from < all.length;) {
          to = Math.min(all.length, to + step)
          const { lines, bytes } = logLines({ stream: 'stdout', fence: 1 }, from, all.subarray(from, to), {
            final: to === all.length,
          })
          said += lines
          from += bytes
        }
        const told = pieces(said)
        expect(told.map(({ text }) => text).join('')).toBe(parts.join(''))
        let at = 0
        for (const { offset, bytes } of told) {
          expect(offset).toBe(at)
          at += bytes
        }
        for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(16 * 1024)
      }),
      { numRuns: 50 },
    )
  })

  it('keeps its places where it is no text', () => {
    const noText = Uint8Array.from({ length: 40_000 }, (_, n) => (n * 37) % 256)
    const { lines, bytes } = logLines({ stream: 'stdout', fence: 1 }, 0, noText, { final: true })
    expect(bytes).toBe(noText.length)
    expect(pieces(lines).reduce((sum, piece) => sum + piece.bytes, 0)).toBe(noText.length)
  })

  it('leaves a character that is not whole for the next time, but the last', () => {
    const cut = bytesOf('a日').subarray(0, 3)
    expect(logLines({ stream: 'stdout', fence: 1 }, 0, cut)).toMatchObject({ bytes: 1 })
    expect(logLines({ stream: 'stdout', fence: 1 }, 1, cut.subarray(1))).toStrictEqual({ lines: '', bytes: 0 })
    expect(logLines({ stream: 'stdout', fence: 1 }, 1, cut.subarray(1), { final: true })).toMatchObject({ bytes: 2 })
  })
})

it.each([
  'forkcast: started',
  '',
  '{"log":"stdout","fence":1,"offset":0,"bytes":1,"te',
  '{"log":"stdlog","fence":1,"offset":0,"bytes":1,"text":"a"}',
  '{"log":"stdout","fence":1,"offset":-1,"bytes":1,"text":"a"}',
  '{"log":"stdout","fence":1,"offset":0,"bytes":1,"text":"a","more":1}',
  '{"log":"stdout","fence":0,"offset":0,"bytes":1,"text":"a"}',
  '{"log":"stdout","offset":0,"bytes":1,"text":"a"}',
])('no line of a log: %s', (line) => {
  expect(readLogLine(line)).toBeUndefined()
})

it('all of a text of single bytes is whole', () => {
  expect(wholeCharacters(bytesOf('ab'))).toHaveLength(2)
})

it.each([
  ['é', 2],
  ['日', 3],
  ['🦊', 4],
])('%s is whole, and less than it is not', (text, length) => {
  const bytes = bytesOf(text)
  expect(wholeCharacters(bytes)).toHaveLength(length)
  expect(wholeCharacters(bytesOf(`${text}x`).subarray(0, length))).toHaveLength(length)
  expect(wholeCharacters(bytes.subarray(0, length - 1))).toHaveLength(0)
})
