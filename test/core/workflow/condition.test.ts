import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { holds, operandsOf } from '#core/workflow/condition.ts'
import { comparisons, type Comparison, type Condition, type Operand } from '#core/workflow/workflow.ts'

const window: Operand = { kind: 'param', param: 'window' }
const score: Operand = { kind: 'output', from: { task: 'list', output: 'score' }, at: '/a/0' }

function compares(left: Json | undefined, is: Comparison, right: Json): boolean {
  return holds({ kind: 'compare', left: window, is, right }, () => left)
}

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>
const comparison = fc.constantFrom(...comparisons)

/** Conditions over a few parameters, some of which are not there. */
const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      left: fc.record({ kind: fc.constant('param' as const), param: fc.constantFrom('a', 'b', 'none') }),
      is: comparison,
      right: json,
    }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('condition') }),
  ),
})).condition

describe('a comparison', () => {
  it.each<[Json, Comparison, Json, boolean]>([
    [1, 'eq', 1, true],
    [0, 'eq', -0, true],
    [1, 'eq', '1', false],
    [null, 'eq', null, true],
    [{ a: 1, b: [2] }, 'eq', { b: [2], a: 1 }, true],
    [{ a: 1 }, 'eq', { a: 1, b: 2 }, false],
    [[1, 2], 'eq', [2, 1], false],
    [{}, 'eq', [], false],
    [{ a: null }, 'eq', { b: null }, false],
    [1, 'ne', 2, true],
    ['1', 'ne', 1, true],
    [1, 'ne', 1, false],
    [3, 'gt', 2, true],
    [2, 'gt', 2, false],
    [2, 'ge', 2, true],
    [1, 'lt', 2, true],
    [2, 'le', 2, true],
    [3, 'le', 2, false],
    ['b', 'gt', 'a', true],
    ['B', 'lt', 'a', true],
    ['10', 'gt', 9, false],
    [true, 'gt', 0, false],
    [null, 'le', 0, false],
    ['b', 'in', ['a', 'b'], true],
    [[1], 'in', [[1]], true],
    ['c', 'in', ['a', 'b'], false],
    [1, 'in', [], false],
  ])('%j %s %j is %s', (left, is, right, expected) => {
    expect(compares(left, is, right)).toBe(expected)
  })

  it('is false of what is not there, whatever it is compared with', () => {
    fc.assert(
      fc.property(comparison, json, (is, right) => {
        expect(compares(undefined, is, right)).toBe(false)
      }),
    )
  })

  it('follows the pointer into the value', () => {
    const over = (value: Json) => holds({ kind: 'compare', left: score, is: 'ge', right: 2 }, () => value)
    expect(over({ a: [2] })).toBe(true)
    expect(over({ a: [1] })).toBe(false)
    expect(over({ a: [] })).toBe(false)
    expect(over('a')).toBe(false)
  })

  it('is equal where the canonical forms are', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(compares(a, 'eq', b)).toBe(canonicalHash(a) === canonicalHash(b))
        expect(compares(a, 'eq', a)).toBe(true)
        expect(compares(a, 'ne', b)).toBe(!compares(a, 'eq', b))
        expect(compares(a, 'in', [b, a])).toBe(true)
      }),
    )
  })

  it('orders two numbers, or two texts, in exactly one way', () => {
    const two = fc.oneof(fc.tuple(fc.integer(), fc.integer()), fc.tuple(fc.string(), fc.string()))
    fc.assert(
      fc.property(two, ([a, b]) => {
        const held = (['lt', 'eq', 'gt'] as const).filter((is) => compares(a, is, b))
        expect(held).toHaveLength(1)
        expect(compares(a, 'le', b)).toBe(held[0] !== 'gt')
        expect(compares(a, 'ge', b)).toBe(held[0] !== 'lt')
      }),
    )
  })

  it('is not guessed where this version does not know it', () => {
    expect(() => compares('a', 'like' as Comparison, 'b')).toThrow('unexpected value: "like"')
  })

  it('is not troubled by a value that is very deep', () => {
    let deep: Json = 1
    for (let level = 0; level < 200_000; level++) deep = [deep]
    expect(compares(deep, 'eq', [[1]])).toBe(false)
    expect(compares(deep, 'in', [[[2]], { a: 1 }])).toBe(false)
  })
})

describe('conditions of conditions', () => {
  const values: Readonly<Record<string, Json>> = { a: 1, b: 'x' }
  const read = (operand: Operand) => (operand.kind === 'param' ? values[operand.param] : undefined)

  it('hold as logic has it, and always come to an answer', () => {
    fc.assert(
      fc.property(condition, condition, (first, second) => {
        const [a, b] = [holds(first, read), holds(second, read)]
        expect(holds({ kind: 'not', of: first }, read)).toBe(!a)
        expect(holds({ kind: 'all', of: [first, second] }, read)).toBe(a && b)
        expect(holds({ kind: 'any', of: [first, second] }, read)).toBe(a || b)
      }),
    )
  })

  it('name what they compare', () => {
    const compare = { kind: 'compare', is: 'eq', right: 1 } as const
    const of: Condition[] = [
      { ...compare, left: window },
      { kind: 'not', of: { ...compare, left: score } },
    ]
    expect(operandsOf({ kind: 'any', of })).toStrictEqual([window, score])
  })
})
