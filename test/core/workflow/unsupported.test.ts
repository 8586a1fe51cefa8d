import { describe, expect, it } from 'vitest'
import { diagnosticsIn, errorsIn, errorsWith, taskWith, workflowIn } from './checked.ts'

describe('what the format has but this version does not run', () => {
  it.each([
    ['isolation: strict', 'isolation'],
    ["inputs: { a: { uri: 's3://bucket/key' } }", 'uri'],
    ['resources: { gpuType: a100 }', 'gpuType'],
    ['resources: { disk: 20GiB }', 'disk'],
    ['resources: { network: 10Gbps }', 'network'],
    ['resources: { sharedMemory: 1GiB }', 'sharedMemory'],
    ['resources: { arch: arm64 }', 'arch'],
    ['variants: { a: { resources: { gpuType: a100 } } }', 'gpuType'],
  ])('refuses %s of a task by name', (fields, name) => {
    const errors = errorsWith(fields)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(`unsupported: \`${name}`)
  })

  it('refuses what is said for all tasks, too', () => {
    const head = 'defaults: { resources: { disk: 20GiB } }'
    const [error, ...others] = diagnosticsIn(`{apiVersion: forkcast/v1, name: a, ${head}, tasks: {a: {run: b}}}`)
    expect(others).toStrictEqual([])
    expect(error).toMatchObject({ code: 'WF-UNSUPPORTED', path: '/defaults/resources/disk', position: { line: 1 } })
  })
})

describe('words that are kept for later', () => {
  it.each(['partition', 'checkpoint', 'cache', 'warmup', 'schedule', 'matrix', 'include', 'workflow', 'role'])(
    'refuses %s everywhere, and says so',
    (word) => {
      expect(errorsWith(`${word}: 1`)).toStrictEqual([
        expect.stringContaining(
          `WF-UNSUPPORTED 7:21 unsupported: \`${word}\` in task \`t\` is kept for a later version`,
        ),
      ])
      expect(errorsIn(`{apiVersion: forkcast/v1, name: a, ${word}: {}, tasks: {a: {run: b}}}`)).toHaveLength(1)
    },
  )
})

describe('keys that start with x-', () => {
  it('are ignored wherever the format names the keys', () => {
    const plain = workflowIn(
      '{apiVersion: forkcast/v1, name: a, tasks: {a: {run: b, outputs: {o: {path: p}}, pool: {}}}}',
    )
    const noted = workflowIn(
      '{apiVersion: forkcast/v1, x-a: 1, name: a, tasks: {a: {x-b: [2], run: b, outputs: {o: {path: p, x-c: {}}}, pool: {x-d: 0}}}}',
    )
    expect(noted).toStrictEqual(plain)
  })

  it('do not hide keys that are unknown', () => {
    expect(errorsWith('x-a: 1, y-a: 2')).toStrictEqual([expect.stringContaining('unknown key `y-a` in task `t`')])
  })

  it('are no names, which would be ignored in silence', () => {
    expect(errorsIn('{apiVersion: forkcast/v1, name: a, tasks: {x-a: {run: b}, b: {run: c}}}')).toStrictEqual([
      'WF-NAME 1:44 `x-a`: a name that starts with `x-` looks like a key that is ignored → choose another name',
    ])
  })

  it('are data where the user names the keys', () => {
    expect(taskWith('inputs: { a: { value: { x-b: 1 } } }').inputs['a']).toMatchObject({ value: { 'x-b': 1 } })
    expect(taskWith('forEach: { a: [{ x-b: 1 }] }, x-c: 1').forEach?.keys[0]?.source).toMatchObject({
      items: [{ 'x-b': 1 }],
    })
    const schema = { properties: { 'x-b': { type: 'string' } } }
    const task = taskWith('outputs: { a: { path: a.json, schema: { x-c: 1, properties: { x-b: { type: string } } } } }')
    expect(task.outputs['a']?.schema).toStrictEqual(schema)
  })
})
