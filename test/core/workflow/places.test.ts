import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonPointer, type ParsedDocument, type Place } from '#core/workflow/document/document.ts'
import { readJson } from '#core/workflow/document/json-document.ts'
import { positionFinder } from '#core/workflow/document/source-text.ts'
import { readYaml } from '#core/workflow/document/yaml-document.ts'

const json = '{"a": {"b": [1, {"c": "x"}]}, "d": "y", "": 3}'
const yaml = 'a:\n  b:\n  - 1\n  - { c: x }\n"d": y\ne:\n'

function textAt(text: string, read: typeof readJson, place: Place): string | undefined {
  const document = read(text)
  const [span] = document.ok ? document.value.locate([place]) : []
  return span === undefined ? undefined : text.slice(span.start, span.end)
}

describe('the way from a place back to its text', () => {
  it.each([
    [['d'], 'key', '"d"'],
    [['d'], 'value', '"y"'],
    [['a', 'b', 1, 'c'], 'value', '"x"'],
    [['a', 'b', 0], 'value', '1'],
    [[''], 'value', '3'],
    // The value of a map or list is many lines: its key is shown.
    [['a'], 'value', '"a"'],
    // What is not there is shown by what holds it.
    [['a', 'z'], 'value', '"a"'],
    [['a', 'b', 7], 'value', '"b"'],
    [['a', 'b', 'c'], 'value', '"b"'],
    [['d', 'z'], 'value', '"d"'],
  ] as const)('%o as %s in JSON', (path, at, expected) => {
    expect(textAt(json, readJson, { path, at })).toBe(expected)
  })

  it.each([
    [['d'], 'key', '"d"'],
    [['d'], 'value', 'y'],
    [['a', 'b', 1, 'c'], 'value', 'x'],
    [['a', 'b', 0], 'value', '1'],
    [['a'], 'value', 'a'],
    [['e'], 'value', 'e'],
    [['a', 'z'], 'value', 'a'],
    [['a', 'b', 7], 'value', 'b'],
    [['a', 'b', 'c'], 'value', 'b'],
    [['d', 'z'], 'value', '"d"'],
    [['z'], 'value', yaml.trimEnd()],
  ] as const)('%o as %s in YAML', (path, at, expected) => {
    expect(textAt(yaml, readYaml, { path, at })?.trimEnd()).toBe(expected)
  })

  it('leads to every value of a document, in both', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, values: [fc.integer({ min: 0 }), fc.boolean()] }), (value) => {
        const text = JSON.stringify(value)
        for (const read of [readJson, readYaml]) {
          const document = read(text)
          if (document.ok) expectEveryPlace(document.value, text)
        }
      }),
    )
  })

  it('ends in lines and columns', () => {
    const at = positionFinder('a\nbc\r\nd\re')
    const place = (start: number) => at({ start, end: start + 1 })
    expect([0, 2, 3, 6, 8].map(place)).toStrictEqual([
      { line: 1, column: 1, length: 1 },
      { line: 2, column: 1, length: 1 },
      { line: 2, column: 2, length: 1 },
      { line: 3, column: 1, length: 1 },
      { line: 4, column: 1, length: 1 },
    ])
    expect(at({ start: 9, end: 9 })).toStrictEqual({ line: 4, column: 2, length: 1 })
  })

  it('is a JSON pointer for others', () => {
    expect(jsonPointer(['a/b', '~', 0])).toBe('/a~1b/~0/0')
  })
})

function expectEveryPlace(document: ParsedDocument, text: string): void {
  const places: { readonly path: readonly string[]; readonly value: unknown }[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) places.push({ path, value })
    else if (!Array.isArray(value)) for (const [key, item] of Object.entries(value)) visit(item, [...path, key])
  }
  visit(document.value, [])
  const spans = document.locate(places.map(({ path }) => ({ path, at: 'value' })))
  for (const [index, { value }] of places.entries()) {
    expect(text.slice(spans[index]?.start, spans[index]?.end)).toBe(JSON.stringify(value))
  }
}
