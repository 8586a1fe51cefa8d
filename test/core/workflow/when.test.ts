import { describe, expect, it } from 'vitest'
import { codesIn, diagnosticsIn, errorsWith, taskWith, withTasks } from './checked.ts'

const HEAD = 'params: { window: { type: integer, default: 1 }, mode: { type: string } }'

describe('a condition', () => {
  it('is kept with its parts in canonical form', () => {
    const written =
      'when: { all: [{ param: window, gt: 0 }, { any: [{ output: list.all, at: /0/n, in: [b, a] }, { not: { param: mode, eq: { b: 1, a: null } } }] }] }'
    expect(taskWith(written, HEAD).when).toStrictEqual({
      kind: 'all',
      of: [
        { kind: 'compare', left: { kind: 'param', param: 'window' }, is: 'gt', right: 0 },
        {
          kind: 'any',
          of: [
            {
              kind: 'compare',
              left: { kind: 'output', from: { task: 'list', output: 'all' }, at: '/0/n' },
              is: 'in',
              right: ['b', 'a'],
            },
            {
              kind: 'not',
              of: {
                kind: 'compare',
                left: { kind: 'param', param: 'mode' },
                is: 'eq',
                right: { a: null, b: 1 },
              },
            },
          ],
        },
      ],
    })
  })

  it.each([
    ['eq: null', { is: 'eq', right: null }],
    ['ne: [1]', { is: 'ne', right: [1] }],
    ['ge: a', { is: 'ge', right: 'a' }],
    ['lt: 1.5', { is: 'lt', right: 1.5 }],
    ['le: 0', { is: 'le', right: 0 }],
    ["at: '', eq: 1", { left: { kind: 'param', param: 'window' }, is: 'eq', right: 1 }],
    ['x-why: a note, eq: 1', { is: 'eq', right: 1 }],
  ])('compares with %s', (operator, expected) => {
    expect(taskWith(`when: { param: window, ${operator} }`, HEAD).when).toMatchObject(expected)
  })

  it('leaves a need beside it as it is: a failure is more than a value that is not there', () => {
    expect(taskWith('needs: [list], when: { output: list.all, ne: 1 }').needs).toStrictEqual(['list'])
  })

  it.each([
    ['{}', 'WF-MISSING-KEY 7:21 `when` of task `t` compares nothing'],
    ['{ eq: 1 }', 'compares nothing → name a `param` or an `output`'],
    ['{ param: window }', 'compares with nothing → add one of `eq`, `ne`'],
    ['{ param: window, gt: 0, lt: 9 }', 'WF-CONFLICT 7:51 `when` of task `t` compares with `gt` and `lt` at once'],
    ['{ param: window, output: list.all, eq: 1 }', 'has `param` and `output` at once'],
    ['{ all: [{ param: window, eq: 1 }], any: [{ param: window, eq: 1 }] }', 'has `all` and `any` at once'],
    ['{ not: { param: window, eq: 1 }, eq: 1 }', 'has `eq` beside `not` → move `eq` to the conditions in `not`'],
    ['{ any: [{ param: window, eq: 1 }], at: /a }', 'has `at` beside `any`'],
    ['{ all: [] }', 'write a list of at least one condition'],
    ['{ all: { param: window, eq: 1 } }', 'write a list'],
    ['{ param: window, in: 1 }', 'write a list'],
    ['{ param: window, gt: [1] }', 'write a number or a text'],
    ['{ param: window, le: true }', 'write a number or a text'],
    ['{ param: window, eqq: 1 }', 'unknown key `eqq` in `when` of task `t` → did you mean `eq`?'],
    ['{ all: [{ param: window, gtt: 1 }] }', 'unknown key `gtt` in `when.all.0` of task `t` → did you mean `gt`?'],
    ['{ param: window, at: a, eq: 1 }', '`when.at` of task `t` cannot be `a` → write a JSON pointer'],
    ['{ param: windw, eq: 1 }', 'there is no parameter `windw` → did you mean `window`?'],
    ['{ all: [{ param: zzzzzzzz, eq: 1 }] }', 'WF-UNKNOWN-PARAM 7:44 there is no parameter'],
    ['{ output: lst.all, eq: 1 }', 'there is no task `lst` → did you mean `list`?'],
    ['{ not: { output: list.al, eq: 1 } }', 'task `list` has no output `al` → did you mean `list.all`?'],
    ['{ output: list, eq: 1 }', 'write a reference such as `task.output`'],
    ['{ output: list.log, eq: 1 }', 'WF-CONDITION 7:37 `list.log` is a file, and a condition compares JSON'],
    ['{ output: each.one, eq: 1 }', 'WF-CONDITION 7:37 `each.one` is left by every instance of task `each`'],
    [
      '{ output: params.window, eq: 1 }',
      '`when.output` of task `t` is a parameter, and no task leaves it → write `param: window`',
    ],
    ['{ output: t.o, eq: 1 }, outputs: { o: { path: o.json } }', 'WF-CYCLE 7:37 task `t` waits for itself'],
    [
      '{ all: [{ param: window, eq: 1 }, { output: t.o, eq: 1 }] }, outputs: { o: { path: o.json } }',
      'WF-CYCLE 7:71 task `t` waits for itself → remove `t` from `when.all.1` of task `t`',
    ],
    ['[]', 'write a map of keys and values'],
    ['window', 'write a map of keys and values'],
  ])('when: %s', (condition, message) => {
    const errors = errorsWith(`when: ${condition}`, HEAD)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('tells all that is wrong in its parts', () => {
    const parts = '{ param: a, eq: 1 }, { eq: 1 }, { output: list.al, eq: 1 }, { not: {} }'
    expect(errorsWith(`when: { any: [${parts}] }`).map((error) => error.split(' ')[0])).toStrictEqual([
      'WF-UNKNOWN-PARAM',
      'WF-MISSING-KEY',
      'WF-UNKNOWN-OUTPUT',
      'WF-MISSING-KEY',
    ])
  })

  it('is a link of a cycle', () => {
    const text = withTasks(
      '"a":{"run":"x","when":{"not":{"output":"b.o","eq":1}},"outputs":{"o":{"path":"o.json"}}},"b":{"run":"x","needs":["a"],"outputs":{"o":{"path":"o.json"}}}',
    )
    expect(diagnosticsIn(text, 'json')).toMatchObject([
      { code: 'WF-CYCLE', message: 'tasks wait for each other: a → b → a', path: '/tasks/a/when/not/output' },
    ])
  })

  it('may compare the list that all clones together leave', () => {
    const head = HEAD
    const all = 'clones: 2, aggregate: all, outputs: { a: { path: a.json }, b: { path: b.txt } }'
    const text = (reference: string) =>
      `apiVersion: forkcast/v1\nname: a\n${head}\ntasks:\n  a: { run: x, ${all} }\n  b: { run: x, when: { output: ${reference}, at: /0, eq: 1 } }\n`
    expect(codesIn(text('a.a'))).toStrictEqual([])
    expect(diagnosticsIn(text('a.b'))[0]?.message).toBe('`a.b` is a directory, and a condition compares JSON')
  })

  it('is bounded in size and depth', () => {
    const value = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => n))
    expect(errorsWith(`when: { param: window, in: ${value} }`, HEAD)).toStrictEqual([
      'WF-LIMIT 7:21 `when` of task `t`: found 1,003, the limit is 1,000 values in one `when` (`conditionValues`) → decide in a task, and compare its output',
    ])
    const nested = (levels: number) => `when: ${'{ not: '.repeat(levels)}{ param: window, eq: 1 }${' }'.repeat(levels)}`
    expect(errorsWith(nested(16), HEAD)).toStrictEqual([])
    expect(errorsWith(nested(17), HEAD)).toStrictEqual([
      expect.stringContaining('found 17, the limit is 16 levels of `all`, `any` and `not` in one `when`'),
    ])
    const million = Array.from({ length: 1_000_000 }, () => '{"param":"w","on":1}').join(',')
    expect(codesIn(withTasks(`"a":{"run":"x","when":{"all":[${million}]}}`), 'json')).toStrictEqual(['WF-LIMIT'])
  })
})
