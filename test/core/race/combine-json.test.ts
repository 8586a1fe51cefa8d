import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { combineJson } from '#core/race/combine-json.ts'
import { mean, median } from '#core/race/combine-numbers.ts'
import { err, ok } from '#core/result.ts'

/** The combination of these texts, of clones 0, 1, …; cut into chunks of this size. */
async function combined(how: 'mean' | 'median', texts: readonly string[], size = 7): Promise<string> {
  const written: string[] = []
  const inputs = texts.map((text, clone) => {
    const bytes = new TextEncoder().encode(text)
    const count = Math.ceil(bytes.length / size)
    return { clone, chunks: Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size)) }
  })
  const result = await combineJson(how, inputs, (chunk) => {
    written.push(new TextDecoder().decode(chunk))
    return ok(undefined)
  })
  return result.ok ? written.join('') : result.error
}

describe('the mean of JSON', () => {
  it.each<[string, ...string[]]>([
    ['1.5', '1', '2'],
    ['{"a":[2,"x",null,true],"b":{}}', '{"a":[1,"x",null,true],"b":{}}', ' {"a" : [3, "x", null, true], "b" : {}}\n'],
    ['[[],[1],{"a":[]}]', '[[],[0],{"a":[]}]', '[[],[2],{"a":[]}]'],
    ['{"\\n":2,"b":"é"}', '{"\\n":1,"\\u0062":"é"}', '{"\\u000a":3,"b":"\\u00e9"}'],
    // Keys stay in the order that all have; from where they differ, they are sorted.
    ['{"z":2,"a":3}', '{"z":1,"a":2}', '{"z":3,"a":4}'],
    ['{"z":2,"a":3,"b":4}', '{"z":1,"b":3,"a":2}', '{"z":3,"a":4,"b":5}'],
    ['{"a":2,"b":[3,{"c":4,"d":5}]}', '{"b":[2,{"c":3,"d":4}],"a":1}', '{"a":3,"b":[4,{"d":6,"c":5}]}'],
    ['[{"a":2,"b":2},3]', '[{"a":1,"b":1},1]', '[{"b":3,"a":3},5]'],
    [
      '[{"x":{"a":2,"b":2},"y":3},{"c":"é"}]',
      '[{"x":{"a":1,"b":1},"y":1},{"c":"é"}]',
      '[{"x":{"b":3,"a":3},"y":5},{"c":"é"}]',
    ],
    ['{"a":{},"b":[]}', '{"a":{},"b":[]}', '{"b":[],"a":{}}'],
    ['{"a":1,"b":"x"}', '{"a":1,"b":"x"}', '{"b":"x","a":1}', '{"a":1,"b":"x"}'],
    ['[0,1e+308,0.1,9007199254740992]', '[-0,1e308,0.1,9007199254740993]', '[-0,1e308,0.1,9007199254740993]'],
    ['"only"', '"only"'],
  ])('is %s', async (expected, ...texts) => {
    expect(await combined('mean', texts)).toBe(expected)
    expect(await combined('mean', texts, 1)).toBe(expected)
  })

  it.each<[string, ...string[]]>([
    ['`/a/3` is 5 in clone 0 and "x" in clone 1', '{"a":[1,2,3,5]}', '{"a":[1,2,3,"x"]}'],
    ['the value is 1 in clone 0 and an array in clone 2', '1', '1', '[]'],
    ['the value is an object in clone 0 and an array in clone 1', '{}', '[]'],
    ['`/1` is 2 in clone 0 and not there in clone 1', '[1,2]', '[1]'],
    ['`/0/0` is not there in clone 0 and null in clone 1', '[[],1]', '[[null],1]'],
    ['`/0/a~1b~0` is true in clone 0 and false in clone 1', '[{"a/b~":true}]', '[{"a/b~":false}]'],
    ['`/1/a/1` is "x" in clone 0 and "y" in clone 1', '[0,{"a":["z","x"]}]', '[0,{"a":["z","y"]}]'],
    ['`/b` is there in clone 0 and not in clone 1', '{"a":1,"b":1}', '{"a":1}'],
    ['`/b` is there in clone 1 and not in clone 0', '{"a":1,"c":1}', '{"a":1,"b":1,"c":1}'],
    ['`/1/a` is there in clone 0 and not in clone 1', '[0,{"a":1}]', '[0,{"b":1}]'],
    ['`/x/c` is there in clone 1 and not in clone 0', '{"x":{"d":1},"a":1}', '{"a":1,"x":{"c":1}}'],
    ['`/b/0` is 1 in clone 0 and "1" in clone 1', '{"b":[1],"a":1}', '{"a":1,"b":["1"]}'],
    [`the value is "${'x'.repeat(59)}… in clone 0 and 1 in clone 1`, `"${'x'.repeat(90)}"`, '1'],
    ['the output of clone 1 is not JSON: `,` or `]` was expected (character 4)', '[1,2]', '[1 2]'],
    ['the output of clone 1 is not JSON: nothing more was expected (character 3)', '1', '1 2'],
    ['the output of clone 0 is not JSON: it ends (character 8)', '{"b":[1', '{"b":[1]}'],
    ['the output of clone 1 is not JSON: it ends (character 8)', '{"a":1,"b":2}', '{"b":[1'],
  ])('does not exist: %s', async (expected, ...texts) => {
    expect(await combined('mean', texts)).toBe(expected)
  })

  it('of a great object needs its keys in one order', async () => {
    const great = `"${'x'.repeat(1024 ** 2 - 2)}"`
    const rows = Array.from({ length: 17 }, () => great).join(',')
    const texts = [`[{"a":1,"b":[${rows}]}]`, `[{"b":[${rows}],"a":1}]`]
    expect(await combined('mean', texts, 2 ** 20)).toBe(
      'the keys of `/0` come in different orders, and it has more than 16 MiB',
    )
  })

  it('comes in chunks, and ends when one is refused', async () => {
    const list = JSON.stringify(Array.from({ length: 100_000 }, (_, at) => at))
    let chunks = 0
    const inputs = [0, 1].map((clone) => ({ clone, chunks: [list] }))
    const result = await combineJson('mean', inputs, (chunk) => {
      expect(chunk.length).toBeLessThan(65 * 1024)
      chunks += 1
      return chunks === 3 ? err('full') : ok(undefined)
    })
    expect(result).toStrictEqual(err('full'))
    expect(chunks).toBe(3)
  })

  it('of no texts is no text', async () => {
    expect(await combined('mean', [])).toBe('')
  })
})

/** Numbers of several values of one shape, place by place. */
function told(combine: (numbers: readonly number[]) => number, values: readonly Json[]): Json {
  const [first] = values
  if (typeof first === 'number') return combine(values as readonly number[])
  if (Array.isArray(first))
    return first.map((_, at) =>
      told(
        combine,
        values.map((value) => (value as Json[])[at] as Json),
      ),
    )
  if (typeof first === 'object' && first !== null) {
    const member = (key: string) => values.map((value) => (value as Record<string, Json>)[key] as Json)
    return Object.fromEntries(Object.keys(first).map((key) => [key, told(combine, member(key))]))
  }
  return first as Json
}

describe('values of one shape', () => {
  const shape = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })

  /** The same shape with other numbers, its keys in another order. */
  function varied(value: unknown, draws: Iterator<number>): Json {
    const draw = () => draws.next().value as number
    if (typeof value === 'number') return draw() / 8
    if (Array.isArray(value)) return value.map((item) => varied(item, draws))
    if (typeof value !== 'object' || value === null) return value as Json
    const entries = Object.entries(value).map(([key, item]) => [key, varied(item, draws)] as const)
    return Object.fromEntries(draw() % 2 === 0 ? entries : entries.toReversed())
  }

  it('are combined as if they had been read whole', async () => {
    const draws = fc.infiniteStream(fc.integer({ min: -1000, max: 1000 }))
    await fc.assert(
      fc.asyncProperty(shape, draws, fc.integer({ min: 1, max: 4 }), async (value, stream, count) => {
        const values = Array.from({ length: count }, () => varied(value, stream))
        const texts = values.map((one) => JSON.stringify(one))
        expect(canonicalHash(JSON.parse(await combined('mean', texts)))).toBe(canonicalHash(told(mean, values)))
        expect(canonicalHash(JSON.parse(await combined('median', texts, 64)))).toBe(canonicalHash(told(median, values)))
      }),
    )
  })
})
