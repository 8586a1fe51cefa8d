import { describe, expect, it } from 'vitest'
import { LIMITS } from '#core/workflow/limits.ts'
import { parseWorkflow } from '#core/workflow/parse-workflow.ts'
import { pathProblem } from '#core/workflow/relative-path.ts'
import { codesIn, diagnosticsIn, errorsIn, errorsWith, withTasks } from './checked.ts'

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
