import { describe, expect, it } from 'vitest'
import { errorsIn, errorsWith, taskWith, workflowIn, withTasks, codesIn } from './checked.ts'

const HEAD =
  "defaults: { image: 'node:24', resources: { vcpus: 2 }, env: { LANG: C }, clones: 3, hedge: { after: 5s } }"

describe('variants', () => {
  it('are complete, sorted by name, their own words over those of the task', () => {
    const task = taskWith(
      "resources: { memory: 1GiB }, env: { MODE: a, X: '1' }, variants: { z: { run: [z] }, b: { image: other, resources: { vcpus: 4 }, env: { MODE: b } } }",
      HEAD,
    )
    expect(task.variants).toStrictEqual([
      {
        name: 'b',
        run: { kind: 'shell', script: 'true' },
        image: 'other',
        resources: { vcpus: 4, memoryMiB: 1_024, gpus: 0 },
        env: { LANG: 'C', MODE: 'b', X: '1' },
      },
      {
        name: 'z',
        run: { kind: 'argv', argv: ['z'] },
        image: 'node:24',
        resources: { vcpus: 2, memoryMiB: 1_024, gpus: 0 },
        env: { LANG: 'C', MODE: 'a', X: '1' },
      },
    ])
    expect(task).not.toHaveProperty('run')
    // What is said of clones and hedges for all tasks is not meant for variants.
    expect([task.clones, task.hedge]).toStrictEqual([2, { kind: 'off' }])
  })

  it('need no command of the task when each has one', () => {
    const text = '{apiVersion: forkcast/v1, name: a, tasks: {t: {variants: {a: {run: x}, b: {run: y}}}}}'
    expect(workflowIn(text).tasks[0]?.variants.map(({ run }) => run)).toStrictEqual([
      { kind: 'shell', script: 'x' },
      { kind: 'shell', script: 'y' },
    ])
    expect(errorsIn(text.replace('{run: y}', '{}'))).toStrictEqual([
      'WF-MISSING-KEY 1:72 variant `b` of task `t` has no `run`, and the task has none for it → add `run` to the variant, or to the task for all of its variants',
    ])
  })

  it('may be hedged by what means nothing for them', () => {
    expect(taskWith('hedge: auto, variants: { a: {} }').hedge).toStrictEqual({ kind: 'off' })
  })

  it.each([
    ['variants: { a: {}, b: {} }, clones: 2', 'WF-CONFLICT 7:49 task `t` has `clones` beside `variants`'],
    ['variants: { a: {} }, clones: 1', 'has `clones` beside `variants`'],
    ['variants: {}', 'WF-MISSING-KEY 7:21 `variants` of task `t` has no variant'],
    ['variants: { a: {}, A: {} }', 'WF-NAME-CLASH'],
    ['variants: { 1a: {} }', 'WF-NAME 7:33 `1a` in `variants` of task `t` is not a name'],
    ['variants: { x-a: {} }', 'WF-NAME'],
    ['variants: { a: }', 'WF-VALUE 7:33 variant `a` of task `t` is empty'],
    ['variants: [a]', 'write a map of keys and values'],
    ['variants: { a: { runn: x } }', 'unknown key `runn` in variant `a` of task `t` → did you mean `run`?'],
    ['variants: { a: { run: [] } }', 'a list of at least one argument'],
    ['variants: { a: {}, b: {} }, hedge: { after: 5s }', 'has variants, of which none is a spare one'],
    ['variants: { a: {}, b: {} }, idempotent: false', 'is not idempotent, so `variants` must not run it twice'],
    [
      'variants: { a: { resources: { gpus: 1 } } }, pool: { accelerator: cpu }',
      'variant `a` of task `t` asks for 1 GPUs',
    ],
    ['variants: { a: { env: { FORKCAST_X: b } } }', 'WF-ENV-CLASH'],
    ['variants: { a: { env: { EACH_N: b } } }, forEach: { n: [1] }', 'would be the variable `EACH_N`'],
    [
      `variants: { ${Array.from({ length: 11 }, (_, n) => `v${n}: {}`).join(', ')} }`,
      'found 11, the limit is 10 clones',
    ],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('have commands as long as that of the task, which is told of once', () => {
    const script = JSON.stringify('x'.repeat(100_001))
    expect(
      codesIn(withTasks(`"a":{"run":["${'x'.repeat(100_001)}"],"variants":{"a":{},"b":{}}}`), 'json'),
    ).toStrictEqual(['WF-LIMIT'])
    expect(codesIn(withTasks(`"a":{"variants":{"a":{"run":[${script}]},"b":{"run":"x"}}}`), 'json')).toStrictEqual([
      'WF-LIMIT',
    ])
  })
})
