import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '#core/workflow/limits.ts'
import { parseWorkflow } from '#core/workflow/parse-workflow.ts'
import { pathProblem } from '#core/workflow/relative-path.ts'
import { codesIn, diagnosticsIn, errorsIn, errorsWith, taskWith } from './checked.ts'

/** A workflow with these tasks, as JSON on one line. */
function withTasks(tasks: string): string {
  return `{"apiVersion":"forkcast/v1","name":"a","tasks":{${tasks}}}`
}

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

describe('46: size', () => {
  it('100,000 tasks are taken, with three predecessors each', () => {
    const needs = (n: number) => [1, 2, 3].filter((back) => back <= n).map((back) => `"t${n - back}"`)
    const tasks = Array.from({ length: 100_000 }, (_, n) => `"t${n}":{"run":"x","needs":[${needs(n).join(',')}]}`)
    const parsed = parseWorkflow(withTasks(tasks.join(',')), { format: 'json', fileName: 'flow.json' })
    expect(parsed.ok && parsed.value.workflow.tasks).toHaveLength(100_000)
  })

  it('100,001 are not', () => {
    const tasks = Array.from({ length: 100_001 }, (_, n) => `"t${n}":{"run":"x"}`)
    expect(errorsIn(withTasks(tasks.join(',')), 'json')).toStrictEqual([
      'WF-LIMIT 1:40 `tasks`: found 100,001, the limit is 100,000 tasks (`tasks`) → repeat a task with `forEach`, or split the workflow',
    ])
  })

  it.each([
    ['needs', JSON.stringify(Array.from({ length: 1_000_000 }, (_, n) => `t${n}`)), '1,000,000, the limit is 10,000'],
    ['env', JSON.stringify(many(201, 'v')), '201, the limit is 200'],
    ['inputs', JSON.stringify(many(101, { value: 1 })), '101, the limit is 100'],
    ['outputs', JSON.stringify(many(101, { path: 'a' })), '101, the limit is 100'],
    ['forEach', JSON.stringify(many(9, [1])), '9, the limit is 8'],
    ['forEach', `{"a":[${'1,'.repeat(10_000)}1]}`, '10,001, the limit is 10,000'],
  ])('%s of a task is bounded', (field, value, message) => {
    const errors = errorsIn(withTasks(`"a":{"run":"x","${field}":${value}}`), 'json')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it.each([
    ['labels', many(51, 'v'), '51, the limit is 50'],
    ['params', many(201, { type: 'string' }), '201, the limit is 200'],
    ['outputs', many(101, { from: 'a.b' }), '101, the limit is 100'],
  ])('%s of a workflow are bounded', (field, value, message) => {
    const errors = errorsIn(
      JSON.stringify({ apiVersion: 'forkcast/v1', name: 'a', [field]: value, tasks: { a: { run: 'x' } } }),
      'json',
    )
    expect(errors).toStrictEqual([expect.stringContaining(message)])
  })

  it('dependencies are bounded all together', () => {
    const ids = Array.from({ length: 1_100 }, (_, n) => `t${n}`)
    const tasks = ids.map((id) => `"${id}":{"run":"x","needs":${JSON.stringify(ids.slice(0, 1_000))}}`)
    expect(errorsIn(withTasks(tasks.join(',')), 'json')[0]).toMatch(
      'found 1,100,000, the limit is 1,000,000 dependencies',
    )
  })

  it('the text is bounded, and the error names JSON', () => {
    const yaml = `a: "${'x'.repeat(LIMITS.yamlBytes.value)}"`
    expect(errorsIn(yaml)[0]).toMatch(/the YAML is too long: .* → write the workflow as JSON/)
    expect(errorsIn('- a\n'.repeat(2_000_000))[0]).toMatch(/2,000,000 tokens of YAML .* → write the workflow as JSON/)
    expect(errorsIn(' '.repeat(LIMITS.jsonBytes.value + 1), 'json')[0]).toMatch('the JSON is too long')
  })

  it('errors are bounded while YAML is read', () => {
    expect(diagnosticsIn('[]'.repeat(100_000))).toHaveLength(101)
    expect(diagnosticsIn('%A b\n'.repeat(100_000))).toHaveLength(100)
    expect(codesIn('--- a\n'.repeat(100_000))).toStrictEqual(['WF-YAML-FEATURE'])
    expect(diagnosticsIn(`{${'a: 1, '.repeat(5_000)}}`).at(-1)?.message).toBe('and 4,899 more')
  })

  it('commands and variables are bounded', () => {
    expect(errorsWith(`x-a: 1, env: { A: '${'é'.repeat(16_385)}' }`)[0]).toMatch(
      'found 32,770, the limit is 32,768 bytes',
    )
    const script = JSON.stringify('日'.repeat(33_334))
    expect(errorsIn(withTasks(`"a":{"run":${script}}`), 'json')[0]).toMatch('found 100,002, the limit is 100,000 bytes')
    const argv = JSON.stringify(Array.from({ length: 2 }, () => '🎉'.repeat(12_500)))
    expect(errorsIn(withTasks(`"a":{"run":${argv}}`), 'json')[0]).toMatch('found 100,002, the limit is 100,000 bytes')
    expect(errorsIn(withTasks(`"a":{"run":${JSON.stringify(Array(1_001).fill('a'))}}`), 'json')[0]).toMatch(
      'at most 1000 arguments',
    )
  })
})

describe('47: numbers', () => {
  it.each([
    ['yaml', '.nan', 'NaN'],
    ['yaml', '.inf', 'Infinity'],
    ['yaml', '-0', '-0'],
    ['yaml', '1e309', 'Infinity'],
    ['yaml', '9007199254740993', '9007199254740992'],
    ['json', '-0', '-0'],
    ['json', '-0.0', '-0'],
    ['json', '1e309', 'Infinity'],
    ['json', '9007199254740993', '9007199254740992'],
    ['json', '-1e400', '-Infinity'],
  ] as const)('%s: %s is not kept exactly', (format, number, shown) => {
    const text = withTasks(`"a":{"run":"x","inputs":{"i":{"value":${number}}}}`)
    expect(errorsIn(text, format)).toStrictEqual([
      `WF-NUMBER 1:87 \`value\` of input \`i\` of task \`a\`: the number ${shown} is not kept exactly → write a number from -9007199254740991 to 9007199254740991, or put it in quotes`,
    ])
  })

  it.each([
    ['vcpus', '"1e9"'],
    ['vcpus', '0'],
    ['vcpus', '-1'],
    ['vcpus', '1000000000'],
    ['gpus', '-1'],
    ['gpus', '1000000000'],
    ['gpus', '0.5'],
    ['gpus', 'null'],
  ])('%s: %s is out of the range that the error tells', (resource, value) => {
    const errors = errorsIn(withTasks(`"a":{"run":"x","resources":{"${resource}":${value}}}`), 'json')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/write a (whole )?number from [\d.]+ to \d+$/)
  })
})

describe('48: regular expressions of users', () => {
  it('are nowhere taken', () => {
    const schema = '{"type":"string","pattern":"^(a+)+$"}'
    const output = `"outputs":{"o":{"path":"o.json","schema":${schema}}}`
    expect(codesIn(withTasks(`"a":{"run":"x",${output}}`), 'json')).toStrictEqual(['WF-UNSUPPORTED'])
    const map = output.replace(schema, '{"patternProperties":{"^(a+)+$":{}}}')
    expect(codesIn(withTasks(`"a":{"run":"x",${map}}`), 'json')).toStrictEqual(['WF-UNSUPPORTED'])
  })
})

describe('50: commands', () => {
  it.each([['; rm -rf /'], ['$(reboot)'], ['`id`'], ['a\nb'], ['-rf'], ["'"], ['"']])(
    '%o is passed on as it is',
    (argument) => {
      const text = withTasks(`"a":{"run":["x",${JSON.stringify(argument)}]}`)
      const parsed = parseWorkflow(text, { format: 'json', fileName: 'flow.json' })
      expect(parsed.ok && parsed.value.workflow.tasks[0]?.run).toStrictEqual({ kind: 'argv', argv: ['x', argument] })
    },
  )
})

describe('51: paths', () => {
  it.each([
    ['../../etc/passwd', 'leaves its folder with `..`'],
    ['a/../../b', 'leaves its folder with `..`'],
    ['/etc/passwd', 'is absolute'],
    ['C:\\a', 'holds a backslash'],
    ['C:a', 'starts with a drive letter'],
    ['a\\..\\b', 'holds a backslash'],
    ['%2e%2e/a', 'holds an encoded dot or slash'],
    ['a%2Fb', 'holds an encoded dot or slash'],
    ['a/b.', 'has a part that ends in a dot or a space'],
    ['a /b', 'has a part that ends in a dot or a space'],
    ['a/con', 'uses a name that systems keep for devices'],
    ['NUL.txt', 'uses a name that systems keep for devices'],
    ['a\u202eb', 'holds characters that cannot be seen'],
    ['a\nb', 'holds characters that cannot be seen'],
    ['a'.repeat(256), 'has a part longer than 255 characters'],
    ['ab/'.repeat(200), 'is longer than 512 characters'],
  ])('%o is refused', (path, problem) => {
    expect(pathProblem(path)).toBe(problem)
  })

  it.each([['a'], ['a/b.json'], ['./a'], ['a//b/'], ['.hidden'], ['a..b'], ['console'], ['日本/é.txt'], ['a b']])(
    '%o is taken',
    (path) => {
      expect(pathProblem(path)).toBeUndefined()
    },
  )

  it('are checked wherever there is one', () => {
    const errors = errorsWith(
      "code: .., inputs: { a: { file: '/etc/passwd' } }, outputs: { a: { path: ../x } }",
      'code: /',
    )
    expect(errors.map((error) => error.slice(0, 7))).toStrictEqual(['WF-PATH', 'WF-PATH', 'WF-PATH', 'WF-PATH'])
  })
})

function many(count: number, value: unknown): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]))
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
