import { describe, expect, it } from 'vitest'
import type { Json } from '#core/json.ts'
import { bindParams } from '#core/workflow/bind-params.ts'
import { workflowIn } from './checked.ts'

const workflow = workflowIn(`
apiVersion: forkcast/v1
name: test
params:
  window: { type: integer, default: 12 }
  rate: { type: number, default: 0.5 }
  who: { type: string }
  loud: { type: boolean, default: false }
  list: { type: array, default: [] }
  map: { type: object, default: {} }
tasks: { a: { run: 'true' } }
`)

function bound(given: Readonly<Record<string, Json>>): unknown {
  const result = bindParams(workflow, given)
  return result.ok ? result.value : result.error.map(({ message, path, fix }) => `${path} ${message} → ${fix}`)
}

describe('the parameters of a run', () => {
  it('are what is given over what is declared', () => {
    expect(bound({ who: 'me', window: 3 })).toStrictEqual({
      window: 3,
      rate: 0.5,
      who: 'me',
      loud: false,
      list: [],
      map: {},
    })
  })

  it('are read from text by their type', () => {
    expect(
      bound({ who: '12', window: '3', rate: '1e-3', loud: 'true', list: '[1, "a"]', map: '{"a": null}' }),
    ).toStrictEqual({
      window: 3,
      rate: 0.001,
      who: '12',
      loud: true,
      list: [1, 'a'],
      map: { a: null },
    })
  })

  it('must all be there, and be declared', () => {
    expect(bound({ windwo: 3, zzz: 1, __proto__x: 1 })).toStrictEqual([
      '/params/windwo there is no parameter `windwo` → did you mean `window`?',
      '/params/zzz there is no parameter `zzz` → use one of `list`, `loud`, `map`, `rate`, `who`, `window`',
      '/params/__proto__x there is no parameter `__proto__x` → use one of `list`, `loud`, `map`, `rate`, `who`, `window`',
      '/params/who the parameter `who` is missing → give it a value: -p who=text',
    ])
    const none = bindParams(workflowIn("{apiVersion: forkcast/v1, name: a, tasks: {a: {run: 'true'}}}"), { a: 1 })
    expect(none.ok ? '' : none.error[0]?.fix).toBe('the workflow has none')
    expect(bindParams(workflow, JSON.parse('{"__proto__": 1, "who": "a"}') as Record<string, Json>).ok).toBe(false)
  })

  it.each([
    ['window', 1.5],
    ['window', 'a'],
    ['window', '1.5'],
    ['window', null],
    ['rate', 'fast'],
    ['rate', '1e309'],
    ['rate', '-0'],
    ['who', 3],
    ['who', 'a\0b'],
    ['who', '\ud800'],
    ['loud', 'yes'],
    ['loud', 1],
    ['list', '{}'],
    ['list', '[1'],
    ['list', '["\\u0000"]'],
    ['list', `${'['.repeat(70)}${']'.repeat(70)}`],
    ['map', '[]'],
    ['map', '{"__proto__": 1}'],
    ['map', '{"\\ud800": 1}'],
  ])('%s cannot be %o', (name, value) => {
    expect(bound({ who: 'me', [name]: value })).toStrictEqual([
      expect.stringContaining(`the parameter \`${name}\` cannot be`),
    ])
  })

  it('are no longer than a variable may be', () => {
    expect(bound({ who: 'x'.repeat(32_769) })).toStrictEqual([
      expect.stringContaining('found 32,769, the limit is 32,768 bytes'),
    ])
  })
})
