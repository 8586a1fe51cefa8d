import { expect, it } from 'vitest'
import { readSecretNames } from '../../lib/control-plane/secret-names.ts'

it.each([
  ['none', { ssm: [], secretsmanager: [] }],
  ['ssm:/forkcast/secrets/*', { ssm: ['/forkcast/secrets/*'], secretsmanager: [] }],
  ['ssm:/forkcast/secrets/a,ssm:/forkcastle/*', { ssm: ['/forkcast/secrets/a', '/forkcastle/*'], secretsmanager: [] }],
  ['ssm:/f, secretsmanager:*', { ssm: ['/f'], secretsmanager: ['*'] }],
])('%s names secrets that tasks may have', (text, names) => {
  expect(readSecretNames(text)).toStrictEqual(names)
})

it.each([
  'ssm:*',
  'ssm:/*',
  'ssm:/f*',
  'ssm:f*',
  'ssm:/forkcast*',
  'ssm:/forkcast/*',
  'ssm:forkcast/*',
  'ssm:/forkcast/prod/token-key',
  'ssm:/forkcast/*/token-key',
  'ssm:/forkcast/secret*',
  'ssm:/a,ssm:/*/token-key',
])('%s could be the key that signs tokens, and is refused', (text) => {
  expect(readSecretNames(text)).toBeUndefined()
})

it.each(['', 'a', 'ssm:', 'ssm:/a,', 'env:A', 'ssm:/a b', 'ssm:/a?', 'secretsmanager:arn:aws:x', 'ssm:${a}'])(
  '%s is none',
  (text) => {
    expect(readSecretNames(text)).toBeUndefined()
  },
)
