import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonReader } from '#core/race/json-reader.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** All events of a text, scalars as they are written; the last one is the end, or what is wrong. */
async function read(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<readonly string[]> {
  const reader = new JsonReader(chunks)
  const events: string[] = []
  for (;;) {
    const event = reader.next()
    switch (event) {
      case 'more':
        await reader.fill()
        break
      case 'wrong':
        return [...events, `wrong: ${reader.problem}`]
      case 'the end of the text':
        return [...events, event]
      case 'object':
      case 'array':
      case 'end':
        events.push(event)
        break
      default:
        events.push(`${event} ${reader.raw}`)
    }
  }
}

function cut(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const done = 'the end of the text'

describe('a JSON text', () => {
  it('is read event by event', async () => {
    expect(await read([' { "a" : [1, -2.5e+3 ,true],"b\\n":{} , "c":null,"d":"é" }\n'])).toStrictEqual([
      'object',
      'key "a"',
      'array',
      'number 1',
      'number -2.5e+3',
      'literal true',
      'end',
      'key "b\\n"',
      'object',
      'end',
      'key "c"',
      'literal null',
      'key "d"',
      'string "é"',
      'end',
      done,
    ])
  })

  it('may come from a stream', async () => {
    async function* stream() {
      yield bytesOf('[1')
      yield await Promise.resolve('2]')
    }
    expect(await read(stream())).toStrictEqual(['array', 'number 12', 'end', done])
  })

  it.each(['0', ' "x" ', 'false', '[]', '{}', '""', '"\\\\"', '"\\""', '"\\\\\\""', '1e-400', '-0'])(
    'may be %s',
    async (text) => {
      expect(await read([text])).toContain(done)
    },
  )

  it.each([
    ['', 'it ends (character 1)'],
    ['[1', 'it ends (character 3)'],
    ['[1,]', 'a value was expected (character 4)'],
    ['[,1]', 'a value or `]` was expected (character 2)'],
    ['[1 2]', '`,` or `]` was expected (character 4)'],
    ['[1}', '`,` or `]` was expected (character 3)'],
    ['{"a":1]', '`,` or `}` was expected (character 7)'],
    ['{"a" 1}', '`:` was expected (character 6)'],
    ['{"a":1,}', 'a key was expected (character 8)'],
    ['{1:1}', 'a key or `}` was expected (character 2)'],
    ['1 2', 'nothing more was expected (character 3)'],
    ['01', 'a value was expected (character 1)'],
    ['-', 'a value was expected (character 1)'],
    ['1.', 'a value was expected (character 1)'],
    ['truex', 'a value was expected (character 1)'],
    ['NaN', 'a value was expected (character 1)'],
    ['[1e400]', 'a number is beyond 64 bits (character 2)'],
    ['"a', 'a string does not end (character 1)'],
    ['"\t"', 'a string holds a bare control character or an unknown escape (character 1)'],
    ['"\\x"', 'a string holds a bare control character or an unknown escape (character 1)'],
    ['"\\ud800"', 'a string holds half of a character (character 1)'],
    ['\ufeff1', 'a value was expected (character 1)'],
  ])('is none when it is %s', async (text, problem) => {
    expect((await read([bytesOf(text)])).at(-1)).toBe(`wrong: ${problem}`)
    expect((await read(text.split(''))).at(-1)).toBe(`wrong: ${problem}`)
  })

  it('is UTF-8 to its last byte', async () => {
    expect(await read([new Uint8Array([0x22, 0xff, 0x22])])).toStrictEqual(['wrong: it is not UTF-8'])
    expect(await read([new Uint8Array([0x31, 0xc3])])).toStrictEqual(['wrong: it is not UTF-8'])
  })

  it('may be nested 500 levels deep', async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect((await read([nested(500)])).at(-1)).toBe(done)
    expect((await read([nested(501)])).at(-1)).toBe('wrong: it is nested more than 500 levels deep (character 501)')
  })

  it.each([
    ['"', 'x', '"'],
    ['', '1', ''],
  ])('holds no scalar of more than a MiB (%s%s…%s)', async (before, unit, after) => {
    const sized = (size: number) => before + unit.repeat(size - before.length - after.length) + after
    const problem = (chunks: Iterable<string>) => read(chunks).then((events) => events.at(-1))
    const most = 1024 ** 2
    const tooMuch = unit === '1' ? 'wrong: a number is beyond 64 bits (character 1)' : done
    expect(await problem([sized(most)])).toBe(tooMuch)
    expect(await problem([`[${sized(most + 1).replace(/^1*$/, (digits) => `0.${digits.slice(2)}`)}]`])).toBe(
      'wrong: a string or number has more than 1 MiB (character 2)',
    )
    expect(await problem([before, ...Array.from({ length: 4 }, () => unit.repeat(most / 2))])).toBe(
      'wrong: a string or number has more than 1 MiB (character 1)',
    )
  })

  const values = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })

  it('gives the same events however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 9 }), fc.nat(2), async (value, size, indent) => {
        const text = JSON.stringify(value, null, indent)
        const whole = await read([text])
        expect(whole.at(-1)).toBe(done)
        expect(await read(cut(bytesOf(text), size))).toStrictEqual(whole)
      }),
    )
  })

  it('is one exactly when the built-in parser takes it', async () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.',
      '0',
      'e',
      '+',
      'true',
      'nul',
      'l',
      ' ',
      'é',
    ]
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => list.join('')),
      fc.tuple(values, fc.nat(), fc.constantFrom('', ...pieces)).map(([value, at, piece]) => {
        const text = JSON.stringify(value)
        const place = at % (text.length + 1)
        return text.slice(0, place) + piece + text.slice(place + 1)
      }),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        fc.pre(text.isWellFormed() && !/\d{300}|e\+?\d{3}|\\u/.test(text))
        expect((await read([text])).at(-1) === done).toBe(parses(text))
      }),
      { numRuns: 2000 },
    )
  })
})
