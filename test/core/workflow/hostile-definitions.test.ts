import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '#core/workflow/limits.ts'
import { codesIn, diagnosticsIn, errorsIn, taskWith, withTasks } from './checked.ts'

describe('39: cycles', () => {
  it('a task that waits for itself', () => {
    expect(errorsIn('{apiVersion: forkcast/v1, name: a, tasks: {a: {run: b, needs: [a]}}}')).toStrictEqual([
      'WF-CYCLE 1:64 task `a` waits for itself → remove `a` from `needs` of task `a`',
    ])
  })

  it('the shortest is named, with every place', () => {
    const text = `apiVersion: forkcast/v1
name: a
tasks:
  a: { run: x, inputs: { i: { from: c.o } }, needs: [d] }
  b: { run: x, forEach: { k: { from: a.o } }, outputs: { o: { path: o.json } } }
  c: { run: x, forEach: { k: { each: b.o } }, outputs: { o: { path: o.json } } }
  d: { run: x, needs: [c] }
`
    const [cycle, ...others] = diagnosticsIn(
      text.replace('a: { run: x,', 'a: { run: x, outputs: { o: { path: o.json } },'),
    )
    expect(others).toStrictEqual([])
    expect(cycle).toMatchObject({
      code: 'WF-CYCLE',
      message: 'tasks wait for each other: a → b → c → a',
      position: { line: 4 },
      fix: 'remove `c` from `inputs.i` of task `a`, or another of these links',
      related: [
        { message: '`b` waits for `a` here', position: { line: 5, column: 38 } },
        { message: '`c` waits for `b` here', position: { line: 6, column: 38 } },
      ],
    })
  })

  it('each of two that share nothing', () => {
    const needs = { a: 'b', b: 'a', c: 'd', d: 'e', e: 'c', f: 'a' }
    const tasks = Object.entries(needs).map(([id, need]) => `"${id}":{"run":"x","needs":["${need}"]}`)
    expect(diagnosticsIn(withTasks(tasks.join(',')), 'json').map(({ message }) => message)).toStrictEqual([
      'tasks wait for each other: a → b → a',
      'tasks wait for each other: c → e → d → c',
    ])
  })

  it('one of 100,000 tasks, in one line', () => {
    const count = LIMITS.tasks.value
    const tasks = Array.from({ length: count }, (_, n) => `"t${n}":{"run":"x","needs":["t${(n + 1) % count}"]}`)
    const [cycle] = diagnosticsIn(withTasks(tasks.join(',')), 'json')
    expect(cycle?.message).toBe(
      'tasks wait for each other: t0 → t99999 → t99998 → t99997 → t99996 → t99995 → t99994 → t99993 → t99992 → … 99990 more … → t1 → t0',
    )
  })
})

describe('40: names that look alike, and names of nothing', () => {
  it.each([
    ['a key given twice', '{"tasks": {"a": {}, "b": {}, "a": {}}}', 'WF-DUPLICATE-KEY 1:30 the key `a` is given twice'],
    ['and written differently', '{"a": 1, "\\u0061": 2}', 'WF-DUPLICATE-KEY 1:10 the key `a` is given twice'],
  ])('%s in JSON', (_, text, message) => {
    expect(errorsIn(text, 'json')[0]).toMatch(message)
  })

  it('a key given twice in YAML, block and flow', () => {
    expect(errorsIn('a: 1\nb: { c: 1, c: 2 }\n"a": 3\n').map((error) => error.split(' → ')[0])).toStrictEqual([
      'WF-DUPLICATE-KEY 2:12 the key `c` is given twice',
      'WF-DUPLICATE-KEY 3:1 the key `a` is given twice',
    ])
  })

  it('tasks that differ in case only', () => {
    expect(codesIn(withTasks('"clean":{"run":"a"},"CLEAN":{"run":"a"}'), 'json')).toStrictEqual(['WF-NAME-CLASH'])
  })
})

describe('41: names made of anything', () => {
  it.each([
    ['emoji', 'a🎉'],
    ['right-to-left override', 'a\u202eb'],
    ['zero width', 'a\u200bb'],
    ['a letter that looks like another', 'аbc'],
    ['a letter with a mark', 'é'],
    ['dots', '..'],
    ['a slash', 'a/b'],
    ['a dot', 'a.b'],
    ['a space', 'a b'],
    ['64 letters', 'a'.repeat(64)],
    ['nothing', ''],
    ['a digit first', '1a'],
    ['a dash first', '-rf'],
    ['a line end', 'a\n'],
  ])('%s is no name of a task', (_, name) => {
    const found = diagnosticsIn(withTasks(`${JSON.stringify(name)}:{"run":"a"}`), 'json')
    expect(found.map(({ code }) => code)).toStrictEqual(['WF-NAME'])
    expect(`${found[0]?.message}${found[0]?.fix}`).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it.each([
    ['half of a character', '"\\ud800"'],
    ['NUL', '"\\u0000"'],
  ])('%s is no text, as key or value', (_, text) => {
    expect(codesIn(`{${text}: 1, "apiVersion": ${text}}`, 'json').filter((code) => code === 'WF-TEXT')).toHaveLength(2)
  })

  it('63 letters and digits are', () => {
    expect(codesIn(withTasks(`"${'a'.repeat(62)}9":{"run":"a"},"B_c-d":{"run":"a"}`), 'json')).toStrictEqual([])
  })

  it('`params` is no task, since references would mean two things', () => {
    expect(codesIn(withTasks('"params":{"run":"a"}'), 'json')).toStrictEqual(['WF-NAME'])
  })

  it('says the plain name that may have been meant', () => {
    expect(errorsIn(withTasks('"a name":{"run":"a"}'), 'json')[0]).toMatch('write `a-name`')
    expect(errorsIn(withTasks('"café":{"run":"a"}'), 'json')[0]).toMatch('write `cafe`')
  })
})

describe('42: depth', () => {
  const deep = (open: string, close: string) => open.repeat(1_000_000) + close.repeat(1_000_000)

  it.each([
    ['JSON lists', deep('[', ']'), 'json'],
    ['JSON objects', deep('{"a":', '}'), 'json'],
    ['YAML lists in brackets', deep('[', ']'), 'yaml'],
    ['YAML maps in braces', deep('{a: ', '}'), 'yaml'],
    ['YAML lists in a line', '- '.repeat(1_000_000), 'yaml'],
    ['YAML keys in a line', '? '.repeat(1_000_000), 'yaml'],
    [
      'YAML maps by indentation',
      Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'yaml',
    ],
  ] as const)('1,000,000 %s are refused at the 65th', (_, text, format) => {
    expect(errorsIn(text, format)).toStrictEqual([
      expect.stringContaining('the text is nested too deep: found 65, the limit is 64 levels (`depth`)'),
    ])
  })

  it('64 levels are taken', () => {
    const value = `${'['.repeat(58)}${']'.repeat(58)}`
    const text = withTasks(`"a":{"run":"x","inputs":{"i":{"value":${value}}}}`)
    expect(codesIn(text, 'json')).toStrictEqual([])
    expect(codesIn(text, 'yaml')).toStrictEqual([])
  })
})

describe('43: JSON that is not quite', () => {
  it.each([
    ['{"a": 1,}', '1:9', 'a key'],
    ['{"a" 1}', '1:6', '`:`'],
    ['{a: 1}', '1:2', 'a key or `}`'],
    ['{"a": 01}', '1:8', '`,` or `}`'],
    ['[1 2]', '1:4', '`,` or `]`'],
    ['[1,]', '1:4', 'a value'],
    ['[', '1:2', 'a value or `]`'],
    ['"a\nb"', '1:1', 'a value'],
    ['{"a": "b', '1:7', 'a value'],
    ["'a'", '1:1', 'a value'],
    ['"\\x"', '1:1', 'a value'],
    ['nul', '1:1', 'a value'],
    ['{}\n{}', '2:1', 'the end'],
    ['{"a": NaN}', '1:7', 'a value'],
    ['// a\n{}', '1:1', 'a value'],
    ['', '1:1', 'a value'],
  ])('%o', (text, place, expected) => {
    expect(errorsIn(text, 'json')).toStrictEqual([
      expect.stringContaining(`WF-SYNTAX ${place} not well-formed JSON: expected ${expected}, found `),
    ])
  })

  it('is refused exactly where the built-in parser refuses, keys given twice aside', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"b"',
      '1',
      '-0.5e3',
      'true',
      'null',
      ' ',
      '\n',
      '01',
      '"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const codes = codesIn(text, 'json')
        expect(codes.includes('WF-SYNTAX')).toBe(!parses(text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('never throws on any value in any field', () => {
    const fields = [
      'apiVersion',
      'name',
      'params',
      'defaults',
      'labels',
      'code',
      'outputs',
      'priority',
      'timeout',
      'budgetUsd',
      'onFailure',
      'tasks',
      'x-a',
      'z',
    ]
    const taskFields = [
      'run',
      'forEach',
      'zip',
      'key',
      'inputs',
      'outputs',
      'env',
      'hedge',
      'pool',
      'needs',
      'aggregate',
      'variants',
      'clones',
      'validate',
      'when',
      'always',
      'allowFailure',
      'tolerate',
      'secrets',
      'retry',
      'idempotent',
    ]
    const pick = (listed: string) => fc.constantFrom(...listed.split(' '))
    const words = pick('a b a.o o params.p env:A /a ~ mean best quorum 10% user-error auto p')
    const keys = pick(
      'param output at eq in gt all any not policy of min goal from run env resources gpus on limit path each A o x-a',
    )
    // Values that are nearly what is meant reach further than those that are anything.
    const near = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        words,
        fc.constantFrom(null, true, false, 0, 1, 2, -1),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    })).value
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), near)
    const task = fc.dictionary(fc.constantFrom(...taskFields), value)
    const document = fc.record({
      head: fc.dictionary(fc.constantFrom(...fields), value),
      tasks: fc.dictionary(fc.constantFrom('a', 'b', 'A'), task),
    })
    fc.assert(
      fc.property(document, ({ head, tasks }) => {
        const text = JSON.stringify({ apiVersion: 'forkcast/v1', name: 'a', tasks, ...head })
        expect(() => codesIn(text, 'json')).not.toThrow()
      }),
      { numRuns: 1_000 },
    )
  })

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(codesIn(text, 'json').length).toBeGreaterThan(0)
        expect(codesIn(text, 'yaml').length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('44: keys to prototypes', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('%s is refused everywhere, in JSON and YAML', (key) => {
    const places = [
      `{"${key}": {"polluted": true}}`,
      withTasks(`"${key}":{"run":"a"}`),
      withTasks(`"a":{"run":"a","env":{"${key}":"a"}}`),
      withTasks(`"a":{"run":"a","inputs":{"i":{"value":[{"${key}":1}]}}}`),
      withTasks(`"a":{"run":"a","forEach":{"i":[{"${key}":{"polluted":true}}]}}`),
    ]
    for (const text of places) {
      expect(codesIn(text, 'json')).toContain('WF-FORBIDDEN-KEY')
      expect(codesIn(text, 'yaml')).toContain('WF-FORBIDDEN-KEY')
    }
    expect(Object.prototype).not.toHaveProperty('polluted')
  })
})

describe('45: what YAML has and JSON has not', () => {
  it.each([
    ['a: &a [x]', 'WF-YAML-FEATURE 1:4 the anchor `&a`'],
    ['a: *a', 'WF-YAML-FEATURE 1:4 the alias `*a`'],
    ['a: !!js/function "x"', 'WF-YAML-FEATURE 1:4 the tag `!!js/function`'],
    ['a: !custom x', 'WF-YAML-FEATURE 1:4 the tag `!custom`'],
    ['%YAML 1.1\n---\na: no', 'WF-YAML-FEATURE 1:1 the directive `%YAML 1.1`'],
    ['a: { <<: { b: 1 } }', 'WF-YAML-FEATURE 1:6 the merge key `<<`'],
    ['a: 1\n---\nb: 2', 'WF-YAML-FEATURE 2:1 the text holds more than one YAML document'],
    ['[a]: 1', 'WF-YAML-FEATURE 1:1 a key is a list or a map'],
    ['a:\n\tb: 1', 'WF-SYNTAX'],
    ['a: [1', 'WF-SYNTAX'],
    ['a: b: c', 'WF-SYNTAX'],
    ['a: "\\q"', 'WF-SYNTAX'],
    ['{? a}', 'the workflow has no'],
    [': a', 'WF-UNKNOWN-KEY 1:1 unknown key `""`'],
    ['? { a: b }\n: c', 'WF-YAML-FEATURE 1:3 a key is a list or a map'],
  ])('%o', (text, message) => {
    expect(errorsIn(text).join('\n')).toMatch(message)
  })

  it('a bomb of aliases is refused at its first anchor', () => {
    const lines = Array.from({ length: 40 }, (_, n) => `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`)
    const [first] = errorsIn(['a: &a-1 [x, x]', ...lines].join('\n'))
    expect(first).toMatch('WF-YAML-FEATURE 1:4 the anchor `&a-1` is not allowed')
  })

  it('no, off and 1_000 are texts, as in YAML 1.2', () => {
    const values = taskWith('inputs: { i: { value: [no, off, 1_000, 0o17, 2024-01-01, ~, 0x1f] } }').inputs['i']
    expect(values).toMatchObject({ value: ['no', 'off', '1_000', 15, '2024-01-01', null, 31] })
  })

  it('signs in quotes and in scripts are text', () => {
    const task = taskWith(`run: "&a *b !c %d", env: { A: '*' }`.replace('run', 'x-run'))
    expect(task.env).toStrictEqual({ A: '*' })
    const text = 'apiVersion: forkcast/v1\nname: a\ntasks:\n  a:\n    run: |\n      *a\n      &b !c\n      --- d\n'
    expect(codesIn(text)).toStrictEqual([])
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
