import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '#core/json.ts'
import { expandForEach, type EachItem, type EachList } from '#core/workflow/expand.ts'
import type { ForEach } from '#core/workflow/workflow.ts'

const values = (...items: readonly Json[]): EachList => ({ kind: 'values', items })
const from = { task: 'clean', output: 'cleaned' }

/** A `forEach` over these names; where its lists come from does not matter any more. */
function over(names: readonly string[], how: { readonly zip?: boolean; readonly key?: string } = {}): ForEach {
  return {
    keys: names.map((name) => ({ name, source: { kind: 'literal', items: [] } })),
    zip: how.zip ?? false,
    ...(how.key === undefined ? {} : { keyPointer: how.key }),
  }
}

/** Instances as one text each: `key: a=1 b=2`. */
function shown(items: readonly EachItem[]): readonly string[] {
  return items.map(({ key, values: each }) => {
    const parts = Object.entries(each).map(
      ([name, value]) =>
        `${name}=${value.kind === 'value' ? JSON.stringify(value.value) : `${value.from.task}[${value.index}]`}`,
    )
    return `${key === undefined ? '' : `${key}: `}${parts.toSorted().join(' ')}`
  })
}

describe('the instances of a forEach', () => {
  it('are one for each item', () => {
    expect(expandForEach(over(['n']), { n: values('a', { b: 1 }) })).toStrictEqual({
      ok: true,
      value: [
        { index: 0, values: { n: { kind: 'value', value: 'a' } } },
        { index: 1, values: { n: { kind: 'value', value: { b: 1 } } } },
      ],
    })
  })

  it('are the product of several lists, the last one fastest', () => {
    const expanded = expandForEach(over(['a', 'b']), { a: values(1, 2), b: values('x', 'y', 'z') })
    expect(expanded.ok && shown(expanded.value)).toStrictEqual([
      'a=1 b="x"',
      'a=1 b="y"',
      'a=1 b="z"',
      'a=2 b="x"',
      'a=2 b="y"',
      'a=2 b="z"',
    ])
  })

  it('are pairs with zip', () => {
    const expanded = expandForEach(over(['a', 'b'], { zip: true }), { a: values(1, 2), b: values('x', 'y') })
    expect(expanded.ok && shown(expanded.value)).toStrictEqual(['a=1 b="x"', 'a=2 b="y"'])
  })

  it('follow those of another task one by one', () => {
    const lists: Record<string, EachList> = { a: { kind: 'elements', from, count: 2 }, b: values(1, 2) }
    const alone = expandForEach(over(['a']), lists)
    expect(alone.ok && shown(alone.value)).toStrictEqual(['a=clean[0]', 'a=clean[1]'])
    const paired = expandForEach(over(['a', 'b'], { zip: true, key: '/b' }), lists)
    expect(paired.ok && shown(paired.value)).toStrictEqual(['1: a=clean[0] b=1', '2: a=clean[1] b=2'])
  })

  it('take over the keys of those they follow', () => {
    const lists: Record<string, EachList> = {
      b: values(1, 2),
      a: { kind: 'elements', from, count: 2, keys: ['x', null] },
    }
    const expanded = expandForEach(over(['b', 'a'], { zip: true }), lists)
    expect(expanded.ok && shown(expanded.value)).toStrictEqual(['x: a=clean[0] b=1', 'a=clean[1] b=2'])
  })

  it.each([
    [['n'], {}, { n: values() }],
    [['a', 'b'], {}, { a: values(1), b: values() }],
    [['a', 'b'], { zip: true }, { a: values(), b: values() }],
    [[], {}, {}],
  ] as const)('may be none: %o', (names, how, lists) => {
    const expanded = expandForEach(over(names, how), lists)
    expect(expanded.ok && expanded.value.length).toBe(names.length === 0 ? 1 : 0)
  })

  it('need all their lists', () => {
    expect(() => expandForEach(over(['a']), {})).toThrow('no list for the forEach key a')
  })
})

describe('the keys of instances', () => {
  it.each([
    ['', ['a', 'b'], ['a', 'b']],
    ['', [1, true], ['1', 'true']],
    ['/name', [{ name: 'x' }, { name: 'y' }], ['x', 'y']],
    ['/a~1b/~0c/1', [{ 'a/b': { '~c': [0, 'x'] } }], ['x']],
  ])('are what %o leads to', (key, items, expected) => {
    const expanded = expandForEach(over(['n'], { key }), { n: values(...items) })
    expect(expanded.ok && expanded.value.map((item) => item.key)).toStrictEqual(expected)
  })

  it('start with the name of a list where there are several', () => {
    const expanded = expandForEach(over(['a', 'b'], { zip: true, key: '/b/id' }), {
      a: values(1),
      b: values({ id: 7 }),
    })
    expect(expanded.ok && expanded.value[0]?.key).toBe('7')
  })
})

describe('lists that cannot be expanded', () => {
  it.each([
    [
      'pairs of unequal length',
      over(['a', 'b'], { zip: true }),
      { a: values(1), b: values(1, 2) },
      '`a` has 1, `b` has 2',
    ],
    [
      'too many',
      over(['a', 'b']),
      { a: values(...Array<number>(101).fill(0)), b: values(...Array<number>(100).fill(0)) },
      'the lists make 10100 instances, the limit is 10000',
    ],
    [
      'no key',
      over(['n'], { key: '/name' }),
      { n: values({ name: 'a' }, {}) },
      'instance 1: `key` `/name` leads to no text or number in `{}`',
    ],
    [
      'a key in nothing',
      over(['n'], { key: '/a/b' }),
      { n: values({ a: null }) },
      'instance 0: `key` `/a/b` leads to no text',
    ],
    ['a key that is a list', over(['n'], { key: '' }), { n: values([]) }, 'leads to no text or number in `[]`'],
    ['an empty key', over(['n'], { key: '' }), { n: values('') }, 'leads to no text'],
    ['a key of a prototype', over(['n'], { key: '/toString' }), { n: values({}) }, 'leads to no text'],
    [
      'a key twice',
      over(['n'], { key: '/a' }),
      { n: values({ a: 1 }, { a: 2 }, { a: '1' }) },
      'the key `1` is that of instance 0 and of instance 2',
    ],
    ['a long key', over(['n'], { key: '' }), { n: values('x'.repeat(201)) }, 'has 201 characters, the limit is 200'],
    [
      'a key of an instance that is followed',
      over(['n'], { key: '' }),
      { n: { kind: 'elements', from, count: 1 } },
      'leads to no text',
    ],
  ] as const)('%s', (_, forEach, lists, message) => {
    const expanded = expandForEach(forEach, lists)
    expect(expanded.ok ? '' : expanded.error).toMatch(message)
  })
})

describe('laws of expansion', () => {
  const lists = fc.array(fc.array(fc.integer(), { maxLength: 5 }), { minLength: 1, maxLength: 3 })

  it('a product has each combination once, in order', () => {
    fc.assert(
      fc.property(lists, (columns) => {
        const names = columns.map((_, index) => `k${index}`)
        const given = Object.fromEntries(columns.map((column, index) => [`k${index}`, values(...column.keys())]))
        const expanded = expandForEach(over(names), given)
        const rows = expanded.ok ? expanded.value.map((item) => names.map((name) => item.values[name])) : []
        expect(rows).toHaveLength(columns.reduce((product, column) => product * column.length, 1))
        const numbers = rows.map((row) =>
          row.reduce((sum, each) => sum * 10 + (each?.kind === 'value' ? Number(each.value) : 0), 0),
        )
        expect(numbers).toStrictEqual([...new Set(numbers)].toSorted((a, b) => a - b))
      }),
    )
  })

  it('numbers instances from 0', () => {
    fc.assert(
      fc.property(lists, (columns) => {
        const given = Object.fromEntries(columns.map((column, index) => [`k${index}`, values(...column)]))
        const expanded = expandForEach(over(Object.keys(given)), given)
        const indices = expanded.ok ? expanded.value.map(({ index }) => index) : [-1]
        expect(indices).toStrictEqual([...indices.keys()])
      }),
    )
  })
})
