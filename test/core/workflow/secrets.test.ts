import { describe, expect, it } from 'vitest'
import { errorsWith, rendered, taskWith } from './checked.ts'

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/token-AbCdEf'

describe('secrets', () => {
  it.each([
    ['env:MY_TOKEN', { source: 'env', name: 'MY_TOKEN' }],
    ['file:/run/secrets/token', { source: 'file', name: '/run/secrets/token' }],
    ['file:token.txt', { source: 'file', name: 'token.txt' }],
    ['ssm:/prod/token', { source: 'ssm', name: '/prod/token' }],
    [
      'ssm:arn:aws:ssm:us-east-1:123456789012:parameter/prod/token',
      { source: 'ssm', name: 'arn:aws:ssm:us-east-1:123456789012:parameter/prod/token' },
    ],
    [`secretsmanager:${ARN}`, { source: 'secretsmanager', name: ARN }],
    [`secretsmanager:${ARN}:key::`, { source: 'secretsmanager', name: `${ARN}:key::` }],
  ])('come from %s', (from, expected) => {
    expect(taskWith(`secrets: { TOKEN: { from: '${from}' } }`).secrets).toStrictEqual({ TOKEN: expected })
  })

  it.each([
    ['{ TOKEN: hunter2 }'],
    ['{ TOKEN: [hunter2] }'],
    ['{ TOKEN: { value: hunter2 } }'],
    ["{ TOKEN: { from: 'env:A', value: hunter2 } }"],
    ['{ TOKEN: { from: hunter2 } }'],
    ["{ TOKEN: { from: 'hunter2:A' } }"],
    ['{ TOKEN: { from: { value: hunter2 } } }'],
    ["{ TOKEN: { from: 'secretsmanager:hunter2' } }"],
    ["{ TOKEN: { from: 'env:hunter2!' } }"],
    ['[hunter2]'],
    ['hunter2'],
  ])('are refused, and not shown, when they are written down: %s', (secrets) => {
    const text = `apiVersion: forkcast/v1\nname: a\ntasks: { t: { run: x, secrets: ${secrets} } }\n`
    const shown = rendered(text)
    expect(shown).toMatch(/^✗ WF-SECRET {2}.*\n {2}at flow\.yaml:3:\d+\n {2}→ write .*$/)
    expect(shown).not.toMatch('hunter2')
  })

  it.each([
    [
      '{ TOKEN: abc }',
      'WF-SECRET 8:32 secret `TOKEN` of task `t` is written into the workflow, whose text, hash and documents others can read → write `{ from: env:NAME }`',
    ],
    ['{ TOKEN: {} }', 'says nothing about where it comes from'],
    ['{ TOKEN: }', 'secret `TOKEN` of task `t` is empty'],
    [
      "{ TOKEN: { from: 'env:1A' } }",
      'does not name the name of an environment variable → write the name of an environment variable after `env:`',
    ],
    ["{ TOKEN: { from: 'file:' } }", 'the path of a file'],
    ["{ TOKEN: { from: 'file:a/' } }", 'the path of a file'],
    ["{ TOKEN: { from: 'ssm:a b' } }", 'the name of a parameter, or its ARN'],
    ["{ TOKEN: { from: 'secretsmanager:name' } }", 'the ARN of a secret'],
    [
      "{ TOKEN: { from: 'env:A', form: 1 } }",
      'unknown key `form` in secret `TOKEN` of task `t` → did you mean `from`?',
    ],
    [
      "{ 'A B': { from: 'env:A' } }",
      'WF-NAME 8:32 `A B` in `secrets` of task `t` is not a name → use letters, digits and `_`',
    ],
    ["{ FORKCAST_X: { from: 'env:A' } }", 'variables that start with `FORKCAST_` are set for every task'],
    ["{ PARAM_WINDOW: { from: 'env:A' } }", 'which is already that of param `window`'],
    [
      "{ TOKEN: { from: 'env:A' } }, env: { TOKEN: b }",
      'variable `TOKEN` of task `t` would be the variable `TOKEN`, which is already that of secret `TOKEN`',
    ],
    ["{ LANG: { from: 'env:A' } }", 'WF-ENV-CLASH 4:20'],
    [
      "{ T: { from: 'env:A' } }, variants: { a: { env: { T: b } } }",
      '`env.T` of variant `a` of task `t` would be the variable `T`',
    ],
  ])('secrets: %s', (secrets, message) => {
    const head = 'params: { window: { type: integer, default: 1 } }\ndefaults: { env: { LANG: C } }'
    const errors = errorsWith(`secrets: ${secrets}`, head)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it('are bounded in number', () => {
    const secrets = Array.from({ length: 51 }, (_, n) => `S${n}: { from: 'env:A' }`).join(', ')
    expect(errorsWith(`secrets: { ${secrets} }`)).toStrictEqual([
      expect.stringContaining('found 51, the limit is 50 secrets of a task (`secrets`)'),
    ])
  })
})
