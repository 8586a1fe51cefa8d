import { describe, expect, it } from 'vitest'
import { codesIn, errorsIn, errorsWith, taskWith, withTasks, workflowIn } from './checked.ts'

const flow = (head: string) => `{apiVersion: forkcast/v1, name: a, ${head}, tasks: {a: {run: b}}}`

describe('what bounds a run', () => {
  it('is kept in its units', () => {
    const workflow = workflowIn(flow('timeout: 1h, budgetUsd: 0.5, onFailure: stop'))
    expect(workflow).toMatchObject({ timeoutS: 3_600, budgetUsd: 0.5, onFailure: 'stop' })
    expect(workflowIn(flow('onFailure: finish'))).toStrictEqual(workflowIn(flow('x-a: 1')))
  })

  it.each([
    ['timeout: 0', 'from 1 to 31536000 seconds'],
    ['timeout: 366d', 'from 1 to 31536000 seconds'],
    ['budgetUsd: 0', 'write a number of US dollars above 0, at most 1000000'],
    ['budgetUsd: -1', 'write a number of US dollars above 0, at most 1000000'],
    ['budgetUsd: 1000001', 'write a number of US dollars above 0, at most 1000000'],
    ['budgetUsd: $5', 'write a number of US dollars above 0, at most 1000000'],
    ['onFailure: stopp', 'write one of `finish`, `stop`'],
  ])('%s', (head, message) => {
    const errors = errorsIn(flow(head))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })
})

describe('what follows a failure', () => {
  it('is nothing special unless it is said', () => {
    expect(taskWith('')).toMatchObject({ always: false, allowFailure: false, tolerate: { kind: 'count', count: 0 } })
    expect(taskWith('always: false, allowFailure: false, tolerate: 0%')).toStrictEqual(taskWith(''))
    expect(taskWith('always: true, allowFailure: true')).toMatchObject({ always: true, allowFailure: true })
  })

  it.each([
    ['3', { kind: 'count', count: 3 }],
    ['10000', { kind: 'count', count: 10_000 }],
    ['10%', { kind: 'share', percent: 10 }],
    ['100%', { kind: 'share', percent: 100 }],
    ['0%', { kind: 'count', count: 0 }],
  ])('%s of the instances may fail', (tolerate, expected) => {
    expect(taskWith(`forEach: { n: [1] }, tolerate: ${tolerate}`).tolerate).toStrictEqual(expected)
  })

  it.each([
    ['tolerate: 3', 'WF-CONFLICT 7:21 task `t`: `tolerate` without `forEach`'],
    ['tolerate: 10%', '`tolerate` without `forEach`'],
    ['forEach: { n: [1] }, tolerate: 101%', 'write a number from 0 to 10000, or a share from `0%` to `100%`'],
    ['forEach: { n: [1] }, tolerate: -1', 'write a number from 0 to 10000'],
    ['forEach: { n: [1] }, tolerate: 1.5', 'write a number from 0 to 10000'],
    ['forEach: { n: [1] }, tolerate: 1.5%', 'write a number from 0 to 10000'],
    ['forEach: { n: [1] }, tolerate: ten', 'write a number from 0 to 10000'],
    ['always: 1', 'write true or false'],
    ['allowFailure: no', 'write true or false'],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('keeps a need beside an optional input, which alone would be no obstacle', () => {
    expect(taskWith('needs: [list], inputs: { a: { from: list.all, optional: true } }').needs).toStrictEqual(['list'])
    expect(taskWith('needs: [list], inputs: { a: { from: list.all } }').needs).toStrictEqual([])
  })
})

describe('what is tried again', () => {
  it('is sorted, each once', () => {
    const task = taskWith('retry: { limit: 2, on: [user-error, bad-output, user-error] }')
    expect(task.retry).toStrictEqual({ limit: 2, backoffS: 5, on: ['bad-output', 'user-error'] })
    expect(taskWith('', 'defaults: { retry: { on: [unknown] } }').retry.on).toStrictEqual(['unknown'])
    expect(taskWith('retry: { limit: 1 }').retry).not.toHaveProperty('on')
  })

  it.each(['user-error', 'timed-out', 'bad-output', 'validator-rejected', 'no-quorum', 'unknown'])(
    '%s may be named',
    (cause) => {
      expect(taskWith(`retry: { on: [${cause}] }`).retry.on).toStrictEqual([cause])
    },
  )

  it.each(['reclaimed', 'host-lost', 'engine-lost', 'out-of-disk', 'start-failed', 'no-capacity', 'image', 'in-doubt'])(
    '%s has a remedy of its own',
    (cause) => {
      expect(errorsWith(`retry: { on: [user-error, ${cause}] }`)).toStrictEqual([
        `WF-VALUE 7:47 \`retry.on.1\` of task \`t\` cannot be \`${cause}\` → write one of \`user-error\`, \`timed-out\`, \`bad-output\`, \`validator-rejected\`, \`no-quorum\`, \`unknown\`; \`${cause}\` has a remedy of its own, whatever \`retry\` says`,
      ])
    },
  )

  it.each([
    ['on: [usererror]', '`retry.on.0` of task `t` cannot be `usererror` → write one of `user-error`'],
    ['on: []', 'write a list of at least one cause'],
    ['on: user-error', 'write a list'],
    ['on: [1]', 'write one of `user-error`'],
  ])('%s', (on, message) => {
    const errors = errorsWith(`retry: { ${on} }`)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })
})

describe('a validator', () => {
  it('is a command as `run` is', () => {
    expect(taskWith('validate: node check.mjs').validate).toStrictEqual({ kind: 'shell', script: 'node check.mjs' })
    expect(taskWith('validate: [node, check.mjs]').validate).toStrictEqual({
      kind: 'argv',
      argv: ['node', 'check.mjs'],
    })
    expect(taskWith('')).not.toHaveProperty('validate')
  })

  it('is as bounded', () => {
    expect(errorsWith('validate: []')[0]).toMatch('a list of at least one argument')
    expect(errorsWith("validate: ''")[0]).toMatch('write a text of 1 to 100000 characters')
    const long = JSON.stringify('日'.repeat(33_334))
    expect(errorsIn(withTasks(`"a":{"run":"x","validate":${long}}`), 'json')).toStrictEqual([
      expect.stringContaining('`validate` of task `a`: found 100,002, the limit is 100,000 bytes'),
    ])
    expect(codesIn(withTasks(`"a":{"run":"x","validate":{}}`), 'json')).toStrictEqual(['WF-VALUE'])
  })
})
