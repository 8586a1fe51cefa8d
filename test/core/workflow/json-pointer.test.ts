import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '#core/json.ts'
import { jsonPointer } from '#core/workflow/document/document.ts'
import { isJsonPointer, pointedAt } from '#core/workflow/json-pointer.ts'

/** The document and the pointers of RFC 6901, section 5. */
const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'e^f': 3, 'i\\j': 5, ' ': 7, 'm~n': 8 }

describe('a JSON pointer', () => {
  it.each<[string, Json]>([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/i\\j', 5],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%o leads to %j', (pointer, expected) => {
    expect(isJsonPointer(pointer)).toBe(true)
    expect(pointedAt(document, pointer)).toStrictEqual(expected)
  })

  it.each([
    '/none',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/01',
    '/foo/length',
    '/foo/0/0',
    '/toString',
    '/foo/map',
    '/ /x',
  ])('%o leads nowhere', (pointer) => {
    expect(pointedAt(document, pointer)).toBeUndefined()
  })

  it.each(['foo', '/~', '/~2', '/a~', '#/foo', ' /foo'])('%o is none', (text) => {
    expect(isJsonPointer(text)).toBe(false)
  })

  it('leads to every value of a document', () => {
    const visit = (root: Json, value: Json, path: readonly (string | number)[]): void => {
      expect(pointedAt(root, jsonPointer(path))).toBe(value)
      if (typeof value !== 'object' || value === null) return
      for (const [key, item] of Object.entries(value)) visit(root, item, [...path, key])
    }
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>, (root) => visit(root, root, [])))
  })
})
