import { describe, expect, it } from 'vitest'
import { arrangeDiagnostics, DIAGNOSTIC_CODES, type Diagnostic } from '#core/workflow/diagnostic.ts'
import { renderDiagnostics } from '#core/workflow/render-diagnostics.ts'
import { codesIn, diagnosticsIn, errorsIn, errorsWith, rendered } from './checked.ts'

describe('all errors of a file at once', () => {
  it('are shown with code, message, place, the line and what to do', () => {
    const text = `apiVersion: forkcast/v1
name: bad name
prioritty: high
params: { win-dow: { type: integer, default: x }, win_dow: { type: number } }
tasks:
  list:
    run: node list.mjs
    outputs: { series: { path: ../series.txt } }
    timeout: 2x
  clean:
    forEach: { series: { from: list.serie } }
    run: node clean.mjs
    image_: x
    needs: [lst, report]
    inputs: { rules: { file: rules.json, from: list.series }, w: { from: params.windo } }
  Clean: { run: [] }
  report:
    forEach: { a: { each: list.series } }
    needs: [clean]
    env: { N: 12 }
`
    expect(`${rendered(text)}\n`).toMatchInlineSnapshot(`
      "✗ WF-VALUE  \`name\` cannot be \`bad name\`
        at flow.yaml:2:7
        2 | name: bad name
          |       ^^^^^^^^
        → write letters, digits, \`-\` and \`_\`, starting with a letter, at most 63

      ✗ WF-UNKNOWN-KEY  unknown key \`prioritty\` in the workflow
        at flow.yaml:3:1
        3 | prioritty: high
          | ^^^^^^^^^
        → did you mean \`priority\`?

      ✗ WF-VALUE  \`default\` of parameter \`win-dow\` cannot be \`x\`
        at flow.yaml:4:46
        4 | params: { win-dow: { type: integer, default: x }, win_dow: { type: number } }
          |                                              ^
        → write a value of type \`integer\`, or change the type

      ✗ WF-ENV-CLASH  parameter \`win_dow\` would be the variable \`PARAM_WIN_DOW\`, which is already that of param \`win-dow\`
        at flow.yaml:4:51
        4 | params: { win-dow: { type: integer, default: x }, win_dow: { type: number } }
          |                                                   ^^^^^^^
        → rename one of the two

      ✗ WF-PATH  \`path\` of output \`series\` of task \`list\`: the path \`../series.txt\` leaves its folder with \`..\`
        at flow.yaml:8:32
        8 |     outputs: { series: { path: ../series.txt } }
          |                                ^^^^^^^^^^^^^
        → write a relative path that stays in the folder, as \`data/rules.json\`

      ✗ WF-VALUE  \`timeout\` of task \`list\` cannot be \`2x\`
        at flow.yaml:9:14
        9 |     timeout: 2x
          |              ^^
        → write a duration such as \`20s\`, \`1.5m\` or \`2h\`, or a number of seconds, from 1 to 1209600 seconds

      ✗ WF-UNKNOWN-OUTPUT  task \`list\` has no output \`serie\`
        at flow.yaml:11:32
        11 |     forEach: { series: { from: list.serie } }
           |                                ^^^^^^^^^^
        → did you mean \`list.series\`?

      ✗ WF-UNKNOWN-KEY  unknown key \`image_\` in task \`clean\`
        at flow.yaml:13:5
        13 |     image_: x
           |     ^^^^^^
        → did you mean \`image\`?

      ✗ WF-UNKNOWN-TASK  there is no task \`lst\`
        at flow.yaml:14:13
        14 |     needs: [lst, report]
           |             ^^^
        → did you mean \`list\`?

      ✗ WF-CYCLE  tasks wait for each other: clean → report → clean
        at flow.yaml:14:18
        14 |     needs: [lst, report]
           |                  ^^^^^^
        · \`report\` waits for \`clean\` here (flow.yaml:19:13)
        → remove \`report\` from \`needs\` of task \`clean\`, or another of these links

      ✗ WF-CONFLICT  input \`rules\` of task \`clean\` comes from \`file\` and \`from\` at once
        at flow.yaml:15:15
        15 |     inputs: { rules: { file: rules.json, from: list.series …
           |               ^^^^^
        → give it exactly one of \`file\`, \`from\` and \`value\`

      ✗ WF-UNKNOWN-PARAM  there is no parameter \`windo\`
        at flow.yaml:15:74
        15 | … rules: { file: rules.json, from: list.series }, w: { from: params.windo } }
           |                                                              ^^^^^^^^^^^^
        → declare \`windo\` under \`params\`

      ✗ WF-NAME-CLASH  \`Clean\` and \`clean\` differ in upper and lower case only
        at flow.yaml:16:3
        16 |   Clean: { run: [] }
           |   ^^^^^
        → rename one of the two

      ✗ WF-MISSING-KEY  task \`report\` has no \`run\`
        at flow.yaml:17:3
        17 |   report:
           |   ^^^^^^
        → add \`run\`: a script, or a list of a program and its arguments

      ✗ WF-EACH  task \`list\` has no \`forEach\`, so there are no instances to go through one by one
        at flow.yaml:18:27
        18 |     forEach: { a: { each: list.series } }
           |                           ^^^^^^^^^^^
        → write \`from: list.series\`, or repeat task \`list\` with \`forEach\`

      ✗ WF-VALUE  variable \`N\` of task \`report\` cannot be \`12\`
        at flow.yaml:20:15
        20 |     env: { N: 12 }
           |               ^^
        → write a text; quote numbers, true and false
      "
    `)
  })

  it('are sorted by place, and bounded', () => {
    const tasks = Array.from({ length: 150 }, (_, index) => `  t${index}: { runn: x }`).join('\n')
    const found = diagnosticsIn(`apiVersion: forkcast/v1\nname: a\ntasks:\n${tasks}\n`)
    expect(found).toHaveLength(101)
    expect(found.at(-1)).toMatchObject({ code: 'WF-MORE', message: 'and 200 more' })
    const lines = found.slice(0, -1).map(({ position }) => position?.line ?? 0)
    expect(lines).toStrictEqual(lines.toSorted((a, b) => a - b))
    expect(lines[0]).toBe(4)
  })

  it('are counted only, once there are very many', () => {
    const unknown = Array.from({ length: 3_000 }, (_, index) => `"k${index}": 1`).join(',')
    const tasks = Array.from({ length: 3_000 }, (_, index) => `"t${index}": { "run": "x", "needs": ["none"] }`).join(
      ',',
    )
    const text = `{"apiVersion": "forkcast/v1", "name": "a", ${unknown}, "tasks": { ${tasks} }}`
    expect(diagnosticsIn(text, 'json').at(-1)?.message).toBe('and 5,900 more')
    const values = Array.from({ length: 3_000 }, () => '{"env": {"A": 1}, "timeout": []}').map(
      (task, n) => `"t${n}": ${task}`,
    )
    const wrong = `{"apiVersion": "forkcast/v1", "name": "a", "tasks": { ${values.join(',')} }}`
    expect(diagnosticsIn(wrong, 'json').at(-1)?.message).toBe('and 8,900 more')
  })

  it('come from every stage, whatever fails before', () => {
    const text = `{apiVersion: forkcast/v2, tasks: {a: {run: b, needs: [c], clones: 99}, b: {needs: [a], run: [{}]}, c: {run: x, needs: [b]}}}`
    expect(codesIn(text)).toStrictEqual(['WF-MISSING-KEY', 'WF-VALUE', 'WF-CYCLE', 'WF-VALUE', 'WF-VALUE'])
  })

  it('do not follow from each other', () => {
    // The output is wrong in itself, but it is there; so is the list of instances.
    const text = `apiVersion: forkcast/v1
name: a
tasks:
  a: { run: b, outputs: { o: { path: 1 } }, forEach: { n: 1 } }
  b: { run: [1], forEach: { n: { each: a.o } } }
`
    expect(codesIn(text)).toStrictEqual(['WF-VALUE', 'WF-VALUE', 'WF-VALUE'])
  })
})

describe('values that a key does not take', () => {
  it.each([
    ['clones: many', '7:29', 'write a whole number from 1 to 10, or `auto`'],
    ['clones: 1.5', '7:29', 'write a whole number from 1 to 10'],
    ['hedge: { after: soon }', '7:37', 'write a quantile from `p1` to `p99.999`, or a duration such as `30s`'],
    ['hedge: maybe', '7:28', 'write `auto`, `off`, `{ after: p90 }` or `{ after: 30s }`'],
    ['hedge: []', '7:21', 'write `auto`, `off`, `{ after: p90 }` or `{ after: 30s }`'],
    ['hedge: { after: p90, befor: 1 }', '7:42', 'use one of `after`'],
    ['pool: { tier: hott }', '7:35', 'write one of `hot`, `warm`, `cold`, `any`'],
    ['timeout: 15d', '7:30', 'from 1 to 1209600 seconds'],
    ['timeout: 0', '7:30', 'from 1 to 1209600 seconds'],
    ['resources: { memory: 1KiB }', '7:42', 'from 4 to 25165824 MiB'],
    ['estimate: { output: 6TiB }', '7:41', 'from 0 to 5497558138880 bytes'],
    ['inputs: 3', '7:29', 'write a map of keys and values'],
    ['needs: list', '7:28', 'write a list'],
    ['env: { A: 1 }', '7:31', 'write a text; quote numbers, true and false'],
    ['env:', '7:21', 'write a map of keys and values'],
    ['inputs: { a: { from: list } }', '7:42', 'write a reference such as `task.output` or `params.name`'],
    ['forEach: { a: 3 }', '7:35', 'write a list, `{ from: task.output }`'],
    ['image: -rf', '7:28', 'write the name of a container image'],
    ["image: 'a b'", '7:28', 'write the name of a container image'],
    ['key: name, forEach: { a: [1] }', '7:26', 'write a JSON pointer such as `/name`'],
    ["code: { blob: 'sha256:00' }", '7:35', 'write `sha256:` and 64 hexadecimal digits'],
  ])('%s', (fields, place, fix) => {
    const errors = errorsWith(fields)
    expect(errors.filter((error) => error.includes(fix))).toHaveLength(1)
    expect(errors.every((error) => error.includes(` ${place} `))).toBe(true)
  })

  it('says what is missing', () => {
    expect(errorsIn('{}').map((error) => error.split(' → ')[0])).toStrictEqual([
      'WF-MISSING-KEY 1:1 the workflow has no `apiVersion`',
      'WF-MISSING-KEY 1:1 the workflow has no `name`',
      'WF-MISSING-KEY 1:1 the workflow has no tasks',
    ])
    expect(errorsWith('outputs: { a: {} }')).toStrictEqual([
      'WF-MISSING-KEY 7:32 output `a` of task `t` has no `path` → add `path`: a text of 1 to 512 characters',
    ])
    expect(
      errorsIn('{apiVersion: forkcast/v1, name: a, tasks: {a: {}, b: }}').map((e) => e.split(' → ')[0]),
    ).toStrictEqual(['WF-MISSING-KEY 1:44 task `a` has no `run`', 'WF-VALUE 1:51 task `b` is empty'])
  })

  it.each([
    ['tasks: []', '`tasks` is a list'],
    ['tasks: {}', 'the workflow has no tasks'],
  ])('says that %s is no map of tasks', (tasks, message) => {
    expect(errorsIn(`{apiVersion: forkcast/v1, name: a, ${tasks}}`)[0]).toMatch(message)
  })

  it.each([['[]'], ['text'], ['3'], ['null'], ['']])('says that %o is no workflow', (text) => {
    expect(codesIn(text)).toStrictEqual(['WF-VALUE'])
  })

  it('tells what a schema of an output cannot say', () => {
    expect(
      errorsWith(
        "outputs: { a: { path: a.json, schema: { typ: array, items: { pattern: '(a+)+', type: text }, $ref: 'http://x' } } }",
      ).map((error) => error.split(' → ')[0]),
    ).toStrictEqual([
      'WF-UNKNOWN-KEY 7:61 unknown key `typ` in `schema` of output `a` of task `t`',
      'WF-UNSUPPORTED 7:82 unsupported: `pattern` in `schema.items` of output `a` of task `t` would run a regular expression, which may take for ever',
      'WF-VALUE 7:106 `schema.items.type` of output `a` of task `t` cannot be `text`',
      'WF-VALUE 7:120 `schema.$ref` of output `a` of task `t` cannot be `http://x`',
    ])
  })
})

describe('fields that contradict each other', () => {
  it.each([
    ['inputs: { a: { file: b, value: 1 } }', 'comes from `file` and `value` at once'],
    ['inputs: { a: { optional: true } }', 'says nothing about where it comes from'],
    [`inputs: { a: { value: 1, blob: 'sha256:${'0'.repeat(64)}' } }`, 'has a `blob` but no `file`'],
    ['zip: true', '`zip` without `forEach`'],
    ['key: /a', '`key` without `forEach`'],
    ['forEach: {}', '`forEach` of task `t` has no key'],
    ['forEach: { a: {} }', 'must have either `from` or `each`'],
    ['forEach: { a: { from: list.all, each: each.one } }', 'must have either `from` or `each`'],
    ['forEach: { a: { each: each.one }, b: [1] }', '`each` pairs instances, so it is not part of a product'],
    ['forEach: { a: { each: each.one } }, key: /a', '`key` has no items to point into'],
    ['outputs: { a: { path: a/, type: json } }', 'is a `json` but its path ends in `/`'],
    ['outputs: { a: { path: a.txt, schema: {} } }', 'has a schema but is no JSON'],
    ['outputs: { a: { path: ./ } }', 'would be the whole output folder'],
    ['resources: { gpus: 1 }, pool: { accelerator: cpu }', 'asks for 1 GPUs in a pool that has none'],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('points to the whole task for a pool that is said for all', () => {
    const errors = errorsWith('resources: { gpus: 1 }', 'defaults: { pool: { accelerator: cpu } }')
    expect(errors[0]).toMatch('WF-CONFLICT 7:3 task `t` asks for 1 GPUs')
  })

  it.each([
    ['outputs: { a: { path: x }, b: { path: ./X } }'],
    ['outputs: { a: { path: x/ }, b: { path: x/y/z.json } }'],
    ['outputs: { b: { path: x/y/z.json }, a: { path: x/ } }'],
  ])('two outputs do not share a path: %s', (fields) => {
    expect(errorsWith(fields)).toStrictEqual([expect.stringContaining('WF-PATH-CLASH')])
  })

  it('lets each and other lists be paired', () => {
    expect(errorsWith('forEach: { a: { each: each.one }, b: [1, 2] }, zip: true, key: /b')).toStrictEqual([])
  })
})

describe('references', () => {
  it.each([
    ['needs: [lst]', 'there is no task `lst` → did you mean `list`?'],
    ['needs: [somewhere-else]', 'there is no task `somewhere-else` → name a task of this workflow'],
    ['needs: [list, list]', '`needs` names `list` twice → remove one of the two'],
    ['inputs: { a: { from: list.al } }', 'task `list` has no output `al` → did you mean `list.all`?'],
    ['inputs: { a: { from: list.zzzz } }', 'task `list` has no output `zzzz` → use one of `all`, `log`'],
    ['inputs: { a: { from: t.b } }', 'task `t` has no output `b` → add it to `outputs` of task `t`'],
    ['inputs: { a: { from: lisst.all } }', 'there is no task `lisst` → did you mean `list`?'],
    ['inputs: { a: { from: params.windw } }', 'there is no parameter `windw` → did you mean `params.window`?'],
    ['inputs: { a: { from: params.zz } }', 'there is no parameter `zz` → declare `zz` under `params`'],
    ['forEach: { a: { from: params.zz } }', 'there is no parameter `zz`'],
    ['forEach: { a: { from: list.al } }', 'task `list` has no output `al`'],
    ['forEach: { a: { from: list.log } }', '`list.log` is a file, and a task is repeated over a JSON array'],
    [
      'forEach: { a: { from: each.one } }',
      '`each.one` is left by every instance of task `each`, so it is no single list',
    ],
    [
      'forEach: { a: { each: list.all } }',
      'task `list` has no `forEach`, so there are no instances to go through one by one',
    ],
    ['forEach: { a: { each: each.on } }', 'task `each` has no output `on`'],
    [
      'forEach: { a: { each: params.window } }',
      '`each` is element-wise over the instances of a task, and a parameter has none',
    ],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields, 'params: { window: { type: integer, default: 1 } }')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('of a run lead to outputs of tasks', () => {
    const text = `{apiVersion: forkcast/v1, name: a, params: {p: {type: string}}, tasks: {a: {run: b}}, outputs: {x: {from: a.o}, y: {from: params.p}, 'z z': {from: a.o}}}`
    expect(codesIn(text)).toStrictEqual(['WF-UNKNOWN-OUTPUT', 'WF-UNKNOWN-TASK', 'WF-NAME'])
  })

  it('gather all instances of a task that is repeated', () => {
    expect(errorsWith('inputs: { all: { from: each.one } }')).toStrictEqual([])
  })
})

describe('names that become variables', () => {
  it.each([
    [
      'inputs: { a-b: { value: 1 }, a_b: { value: 2 } }',
      'input `a_b` of task `t` would be the variable `INPUT_A_B`, which is already that of input `a-b`',
    ],
    ['inputs: { a: { value: 1 }, A: { value: 2 } }', 'the variable `INPUT_A`'],
    ['outputs: { a-b: { path: a }, A_B: { path: b } }', 'the variable `OUTPUT_A_B`'],
    ['forEach: { a-b: [1], a_b: [2] }', 'the variable `EACH_A_B`, which is already that of forEach key `a-b`'],
    [
      'inputs: { a: { value: 1 } }, env: { INPUT_A: b }',
      'variable `INPUT_A` of task `t` would be the variable `INPUT_A`',
    ],
    ["env: { FORKCAST_RUN_ID: 'a' }", 'variables that start with `FORKCAST_` are set for every task'],
    ["env: { PARAM_WINDOW: '1' }", 'which is already that of param `window`'],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields, 'params: { window: { type: integer, default: 1 } }')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch('WF-ENV-CLASH')
    expect(errors[0]).toMatch(message)
  })

  it('clash with what is set for all tasks, too', () => {
    const errors = errorsWith('inputs: { a: { value: 1 } }', 'defaults: { env: { INPUT_A: b, FORKCAST_X: c } }')
    expect(errors).toHaveLength(2)
    expect(errors.map((error) => error.slice(0, 16))).toStrictEqual(['WF-ENV-CLASH 3:2', 'WF-ENV-CLASH 3:3'])
  })

  it('clash among parameters', () => {
    const head = 'params: { a-b: { type: string }, a_b: { type: string } }'
    expect(errorsWith('', head)).toStrictEqual([expect.stringContaining('the variable `PARAM_A_B`')])
  })

  it('are made of letters that variables are made of', () => {
    expect(errorsWith("env: { 'A B': c }")).toStrictEqual([
      'WF-NAME 7:28 `A B` in `env` of task `t` is not a name → use letters, digits and `_`, starting with a letter or `_`',
    ])
  })
})

describe('how a diagnostic is shown', () => {
  const source = { name: 'flow.yaml', text: '' }
  const base: Diagnostic = { code: 'WF-VALUE', message: 'm', path: '/a', fix: 'f' }

  it('names the path where there is no text', () => {
    expect(renderDiagnostics([base, { ...base, path: '' }], source)).toBe(
      '✗ WF-VALUE  m\n  at flow.yaml: /a\n  → f\n\n✗ WF-VALUE  m\n  at flow.yaml\n  → f',
    )
  })

  it('tells of other places, and how many more there are', () => {
    const related = [
      { message: 'here', path: '/b', position: { line: 9, column: 2, length: 1 } },
      { message: 'and there', path: '/c' },
    ]
    const more: Diagnostic = { code: 'WF-MORE', message: 'and 3 more', path: '', fix: 'f' }
    const beyond: Diagnostic = { ...base, position: { line: 9, column: 1, length: 1 }, related }
    expect(renderDiagnostics([beyond, more], source)).toBe(
      '✗ WF-VALUE  m\n  at flow.yaml:9:1\n  9 |\n    | ^\n  · here (flow.yaml:9:2)\n  · and there\n  → f\n\n✗ WF-MORE  and 3 more\n  → f',
    )
  })

  it('sets off its parts on demand', () => {
    const text = 'a: b'
    const position = { line: 1, column: 4, length: 1 }
    const shown = renderDiagnostics(
      [{ ...base, position }],
      { name: 'f', text },
      (part, shownText) => `<${part}>${shownText}</>`,
    )
    expect(shown).toBe(
      '<code>✗ WF-VALUE</>  m\n  at <place>f:1:4</>\n  <source>1 | a: b</>\n  <source>  | </>   <caret>^</>\n<fix>  → f</>',
    )
  })

  it('puts the caret below the place, whatever is before it', () => {
    const at = (text: string, column: number, length = 1) =>
      renderDiagnostics([{ ...base, position: { line: 1, column, length } }], { name: 'f', text })
        .split('\n')
        .slice(2, 4)
    expect(at('\t\tx', 3)).toStrictEqual(['  1 |     x', '    |     ^'])
    expect(at('日本x', 3)).toStrictEqual(['  1 | 日本x', '    |     ^'])
    expect(at('e\u0301x', 3)).toStrictEqual(['  1 | e\u0301x', '    |  ^'])
    expect(at('🎉x', 3)).toStrictEqual(['  1 | 🎉x', '    |   ^'])
    expect(at('\u001b[31mx', 6)).toStrictEqual(['  1 | \\u{1b}[31mx', '    |           ^'])
    expect(at('x', 2)).toStrictEqual(['  1 | x', '    |  ^'])
    expect(at('x', 9)).toStrictEqual(['  1 | x', '    |  ^'])
    const [line, caret] = at(`${'a'.repeat(500)}x${'b'.repeat(500)}`, 501)
    expect(line).toBe(`  1 | …${'a'.repeat(60)}x${'b'.repeat(40)}…`)
    expect(caret).toBe(`    | ${' '.repeat(61)}^`)
    expect(at('x'.repeat(500), 1, 500)[1]).toBe(`    | ${'^'.repeat(61)}`)
  })

  it('keeps no character that could steer a terminal', () => {
    const hostile = '\u001b]8;;http://x\u0007 \u202e \u2066 \u200b \u0000 \r\n'
    const shown = renderDiagnostics([{ ...base, message: hostile, fix: hostile, path: hostile }], {
      name: hostile,
      text: '',
    })
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('has one sentence for every code', () => {
    for (const [code, sentence] of Object.entries(DIAGNOSTIC_CODES)) {
      expect(code).toMatch(/^WF-[A-Z]+(-[A-Z]+)*$/)
      expect(sentence).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('comes before those without a place', () => {
    const placed: Diagnostic = { ...base, position: { line: 2, column: 1, length: 1 } }
    const earlier: Diagnostic = { ...base, position: { line: 1, column: 9, length: 1 } }
    const left: Diagnostic = { ...base, position: { line: 2, column: 0, length: 1 } }
    expect(arrangeDiagnostics([placed, base, earlier, left])).toStrictEqual([base, earlier, left, placed])
  })
})
