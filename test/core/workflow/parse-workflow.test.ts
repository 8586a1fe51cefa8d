import { describe, expect, it } from 'vitest'
import { checkValue, parseWorkflow } from '#core/workflow/parse-workflow.ts'
import { errorsWith, taskWith, workflowIn } from './checked.ts'

const EVERY_FIELD = `
apiVersion: forkcast/v1
name: anomalies
description: finds what is odd
labels: { team: a }
params: { window: { type: integer, default: 12, description: points }, who: { type: string } }
defaults: { image: 'node:24-slim', resources: { vcpus: 2 }, env: { LANG: C, MODE: lax }, retry: { limit: 1 } }
priority: high
deadline: 30m
x-note: { anything: [1] }
tasks:
  list:
    run: node list.mjs
    outputs: { series: { path: ./series.json, schema: { type: array } } }
  clean:
    forEach: { series: { from: list.series } }
    key: /name
    run: [node, clean.mjs]
    code: ./src/clean/
    inputs:
      rules: { file: data//rules.json, optional: true }
      window: { from: params.window }
      limits: { value: { b: 1, a: [2] } }
    outputs: { cleaned: { path: cleaned.json }, notes: { path: notes/, optional: true }, log: { path: log } }
    env: { MODE: strict }
    estimate: { duration: 1.5m, memory: 300MiB, output: 5MB }
    resources: { memory: 2GiB, gpus: 0 }
    clones: 2
    hedge: { after: p90 }
    aggregate: { policy: first }
    pool: { accelerator: cpu, tier: warm, purchase: spot }
    retry: { backoff: 500ms }
    timeout: 10m
    idempotent: true
    x-owner: me
  detect:
    forEach: { cleaned: { each: clean.cleaned } }
    run: node detect.mjs
    outputs: { verdict: { path: verdict, type: json } }
  report:
    needs: [list, clean]
    run: node report.mjs
    code: none
    inputs: { verdicts: { from: detect.verdict } }
    outputs: { html: { path: report.html, type: text } }
outputs: { report: { from: report.html } }
`

describe('a workflow with every field that is run', () => {
  const workflow = workflowIn(EVERY_FIELD)
  const [clean, detect, list, report] = workflow.tasks

  it('has its head in canonical form', () => {
    const { tasks, ...head } = workflow
    expect(tasks.map(({ id }) => id)).toStrictEqual(['clean', 'detect', 'list', 'report'])
    expect(head).toStrictEqual({
      apiVersion: 'forkcast/v1',
      code: { kind: 'folder', path: '.' },
      deadlineS: 1_800,
      description: 'finds what is odd',
      labels: { team: 'a' },
      name: 'anomalies',
      onFailure: 'finish',
      outputs: { report: { task: 'report', output: 'html' } },
      params: {
        who: { type: 'string' },
        window: { type: 'integer', default: 12, description: 'points' },
      },
      priority: 75,
    })
  })

  it('has its tasks in canonical form, defaults merged key by key', () => {
    expect(clean).toStrictEqual({
      id: 'clean',
      run: { kind: 'argv', argv: ['node', 'clean.mjs'] },
      code: { kind: 'folder', path: 'src/clean' },
      image: 'node:24-slim',
      forEach: {
        keys: [{ name: 'series', source: { kind: 'output', from: { task: 'list', output: 'series' } } }],
        zip: false,
        keyPointer: '/name',
      },
      inputs: {
        rules: { kind: 'file', path: 'data/rules.json', optional: true },
        window: { kind: 'param', param: 'window', optional: false },
        limits: { kind: 'value', value: { a: [2], b: 1 }, optional: false },
      },
      outputs: {
        cleaned: { path: 'cleaned.json', type: 'json', optional: false },
        notes: { path: 'notes', type: 'directory', optional: true },
        log: { path: 'log', type: 'file', optional: false },
      },
      env: { LANG: 'C', MODE: 'strict' },
      resources: { vcpus: 2, memoryMiB: 2_048, gpus: 0 },
      estimate: { durationS: 90, memoryMiB: 300, outputBytes: 5_000_000 },
      clones: 2,
      hedge: { kind: 'quantile', quantile: 0.9 },
      aggregate: { policy: 'first' },
      pool: { accelerator: 'cpu', tier: 'warm', purchase: 'spot' },
      retry: { limit: 1, backoffS: 0.5 },
      timeoutS: 600,
      idempotent: true,
      secrets: {},
      variants: [],
      always: false,
      allowFailure: false,
      tolerate: { kind: 'count', count: 0 },
      needs: [],
    })
    expect(detect?.forEach?.keys).toStrictEqual([
      { name: 'cleaned', source: { kind: 'each', from: { task: 'clean', output: 'cleaned' } } },
    ])
    expect(detect?.outputs['verdict']?.type).toBe('json')
    expect(report?.code).toStrictEqual({ kind: 'none' })
  })

  it('fills in what is not said', () => {
    expect(list).toStrictEqual({
      id: 'list',
      run: { kind: 'shell', script: 'node list.mjs' },
      code: { kind: 'folder', path: '.' },
      image: 'node:24-slim',
      inputs: {},
      outputs: { series: { path: 'series.json', type: 'json', optional: false, schema: { type: 'array' } } },
      env: { LANG: 'C', MODE: 'lax' },
      resources: { vcpus: 2, memoryMiB: 512, gpus: 0 },
      estimate: {},
      clones: 1,
      hedge: { kind: 'auto' },
      aggregate: { policy: 'first' },
      pool: {},
      retry: { limit: 1, backoffS: 5 },
      idempotent: true,
      secrets: {},
      variants: [],
      always: false,
      allowFailure: false,
      tolerate: { kind: 'count', count: 0 },
      needs: [],
    })
  })

  it('keeps of `needs` what references do not imply, sorted', () => {
    expect(report?.needs).toStrictEqual(['clean', 'list'])
    expect(taskWith('needs: [list], inputs: { a: { from: list.all } }').needs).toStrictEqual([])
    expect(taskWith('needs: [list], forEach: { a: { from: list.all } }').needs).toStrictEqual([])
    // The whole of `each` is more than one instance after the other.
    expect(taskWith('needs: [each], forEach: { a: { each: each.one } }').needs).toStrictEqual(['each'])
  })
})

describe('short and long ways to say the same', () => {
  it.each([
    ['hedge: auto', { kind: 'auto' }],
    ['hedge: off', { kind: 'off' }],
    ['hedge: { after: p99.9 }', { kind: 'quantile', quantile: 0.999 }],
    ['hedge: { after: 30s }', { kind: 'after', seconds: 30 }],
    ['hedge: { after: 2 }', { kind: 'after', seconds: 2 }],
  ])('%s', (fields, expected) => {
    expect(taskWith(fields).hedge).toStrictEqual(expected)
  })

  it.each([
    ['500ms', 0.5],
    ['20s', 20],
    ['1.5m', 90],
    ['2h', 7_200],
    ['1d', 86_400],
    ['45', 45],
  ])('an estimate of %s is %d seconds', (given, expected) => {
    expect(taskWith(`estimate: { duration: ${given} }`).estimate.durationS).toBe(expected)
  })

  it.each([
    ['300MiB', 300],
    ['2GiB', 2_048],
    ['0.5GiB', 512],
    ['1TiB', 1_048_576],
    ['8192KiB', 8],
    ['5MB', 5],
    ['64', 64],
    ['63.5', 64],
  ])('memory of %s is %d MiB', (given, expected) => {
    expect(taskWith(`resources: { memory: ${given} }`).resources.memoryMiB).toBe(expected)
  })

  it.each([
    ['5MiB', 5_242_880],
    ['512KiB', 524_288],
    ['1GB', 1e9],
    ['10', 10],
    ['7B', 7],
  ])('an output of %s is %d bytes', (given, expected) => {
    expect(taskWith(`estimate: { output: ${given} }`).estimate.outputBytes).toBe(expected)
  })

  it.each([
    ['low', 25],
    ['normal', 50],
    ['high', 75],
    ['0', 0],
    ['100', 100],
  ])('priority %s is %d', (given, expected) => {
    expect(workflowIn(`{apiVersion: forkcast/v1, name: a, priority: ${given}, tasks: {a: {run: b}}}`).priority).toBe(
      expected,
    )
  })

  it('repeats a task over a parameter', () => {
    const task = taskWith('forEach: { n: { from: params.list } }', 'params: { list: { type: array } }')
    expect(task.forEach?.keys).toStrictEqual([{ name: 'n', source: { kind: 'param', param: 'list' } }])
  })

  it('takes content that was uploaded before', () => {
    const sha256 = 'ab'.repeat(32)
    const task = taskWith(`code: { blob: 'sha256:${sha256}' }, inputs: { a: { file: b, blob: 'sha256:${sha256}' } }`)
    expect(task.code).toStrictEqual({ kind: 'blob', sha256 })
    expect(task.inputs['a']).toStrictEqual({ kind: 'file', path: 'b', sha256, optional: false })
  })
})

describe('a task that must not run twice', () => {
  it('is not cloned, hedged or retried by what is said for all', () => {
    const head = 'defaults: { clones: 3, hedge: { after: 5s }, retry: { limit: 4 } }'
    const task = taskWith('idempotent: false', head)
    expect([task.clones, task.hedge, task.retry.limit]).toStrictEqual([1, { kind: 'off' }, 0])
    expect(taskWith('', head).clones).toBe(3)
  })

  it('contradicts what it says itself', () => {
    expect(errorsWith('idempotent: false, clones: 2, hedge: auto, retry: { limit: 1 }')).toHaveLength(3)
    expect(errorsWith('idempotent: false, clones: auto')).toHaveLength(1)
    expect(errorsWith('idempotent: false, clones: 1, hedge: off, retry: { limit: 0 }')).toStrictEqual([])
  })
})

describe('the three ways to write a workflow', () => {
  it('takes an object as it takes a text', () => {
    const value = { apiVersion: 'forkcast/v1', name: 'a', description: undefined, tasks: { a: { run: 'true' } } }
    const fromValue = checkValue(value, 'flow.ts')
    const fromText = parseWorkflow(JSON.stringify(value), { format: 'json', fileName: 'flow.json' })
    expect(fromValue.ok && fromValue.value.workflow).toStrictEqual(fromText.ok && fromText.value.workflow)
  })

  it('tells the path where there is no text', () => {
    const checked = checkValue(
      { apiVersion: 'forkcast/v1', name: 'a', tasks: { a: { run: 'b', needs: ['c'] } } },
      'flow.ts',
    )
    expect(checked.ok ? [] : checked.error).toStrictEqual([
      {
        code: 'WF-UNKNOWN-TASK',
        message: 'there is no task `c`',
        path: '/tasks/a/needs/0',
        fix: 'did you mean `a`?',
      },
    ])
  })

  it.each([
    ['a function', () => undefined, 'the workflow is a function'],
    ['a date', { name: new Date(0) }, '`name` is a Date'],
    ['a big number', { name: 1n }, '`name` is a bigint'],
    ['a symbol in a list', { tasks: [Symbol('a')] }, '`tasks.0` is a symbol'],
    ['undefined', undefined, 'the workflow is undefined'],
    ['an undefined item', { tasks: [undefined] }, '`tasks.0` is undefined'],
  ])('refuses %s', (_, value, message) => {
    const checked = checkValue(value, 'flow.ts')
    expect(checked.ok ? '' : checked.error[0]?.message).toBe(`${message}, which is not data`)
  })

  it('refuses what holds itself, and keys to prototypes', () => {
    const circle: Record<string, unknown> = {}
    circle['me'] = circle
    expect(checkValue(circle, 'flow.ts')).toMatchObject({ ok: false, error: [{ code: 'WF-LIMIT' }] })
    const polluting = JSON.parse('{"tasks": {"__proto__": {"run": "a"}}}') as unknown
    expect(checkValue(polluting, 'flow.ts')).toMatchObject({ ok: false, error: [{ code: 'WF-FORBIDDEN-KEY' }] })
  })

  it('takes objects without a prototype', () => {
    const value: object = Object.assign(Object.create(null) as object, {
      apiVersion: 'forkcast/v1',
      name: 'a',
      tasks: { a: { run: 'b' } },
    })
    expect(checkValue(value, 'flow.ts').ok).toBe(true)
  })
})
