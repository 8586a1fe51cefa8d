import { describe, expect, it } from 'vitest'
import { allows, sessionOf, type PolicyRequest } from './policy-evaluation.ts'

const object = 'arn:aws:s3:::bucket/a/b.txt'
const get: PolicyRequest = { action: 's3:GetObject', resource: object }
const put = (context: Readonly<Record<string, string>>): PolicyRequest => ({ ...get, action: 's3:PutObject', context })

const statement = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more })
const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const byResource = (pattern: string, key: string) =>
  allows(policy(statement({ Resource: `arn:aws:s3:::bucket/${pattern}` })), {
    ...get,
    resource: `arn:aws:s3:::bucket/${key}`,
  })
const byCondition = (Condition: object, context: Readonly<Record<string, string>>) =>
  allows(policy(statement({ Condition })), put(context))

// The rules are those of the IAM User Guide: policy evaluation logic, and the reference of the elements of JSON policies.
describe('a policy is weighed as IAM does', () => {
  it('nothing is allowed that no statement allows', () => {
    expect(allows(policy(), get)).toBe(false)
    expect(allows(policy(statement({ Action: 's3:PutObject' })), get)).toBe(false)
    expect(allows(policy(statement({ Resource: `${object}x` })), get)).toBe(false)
    expect(allows(policy(statement()), get)).toBe(true)
  })

  it('a deny that applies wins over any allow, wherever it stands', () => {
    const deny = statement({ Effect: 'Deny', Action: 's3:GetObject' })
    expect(allows(policy(statement(), deny), get)).toBe(false)
    expect(allows(policy(deny, statement()), get)).toBe(false)
    expect(allows(policy(deny, statement()), put({}))).toBe(true)
  })

  it('one of several actions and resources does', () => {
    const both = statement({ Action: ['s3:PutObject', 's3:GetObject'], Resource: ['arn:x', object] })
    expect(allows(policy(both), get)).toBe(true)
  })

  it('actions match whatever their case, resources do not', () => {
    expect(allows(policy(statement({ Action: 'S3:getobject' })), get)).toBe(true)
    expect(allows(policy(statement({ Resource: object.toUpperCase() })), get)).toBe(false)
  })

  it('actions have wildcards', () => {
    expect(allows(policy(statement({ Action: 's3:Get*' })), get)).toBe(true)
    expect(allows(policy(statement({ Action: 's3:Get*' })), put({}))).toBe(false)
    expect(allows(policy(statement({ Action: '*' })), get)).toBe(true)
  })

  it.each([
    ['a/*', 'a/b', true],
    ['a/*', 'a/', true],
    ['a/*', 'a/b/c', true],
    ['a/*', 'a/b:c\nd', true],
    ['a/*', 'ab', false],
    ['a/*/c', 'a/x/y/c', true],
    ['a/?', 'a/b', true],
    ['a/?', 'a/', false],
    ['a/?', 'a/bc', false],
    ['a/?', 'a//', true],
    ['a.b', 'axb', false],
    ['a[0]', 'a0', false],
    ['a[0]', 'a[0]', true],
    ['a(b|c)+', 'ab', false],
    ['a', 'xa', false],
    ['a', 'ax', false],
    ['${*}', '*', true],
    ['${*}', 'a', false],
    ['${?}', '?', true],
    ['${?}', 'a', false],
    ['${$}{*}', '${*}', true],
    ['${$}', '$', true],
  ])('the pattern %s and the key %j: %s', (pattern, key, is) => expect(byResource(pattern, key)).toBe(is))

  it('Null says whether a key is absent', () => {
    expect(byCondition({ Null: { 's3:if-none-match': 'false' } }, {})).toBe(false)
    expect(byCondition({ Null: { 's3:if-none-match': 'false' } }, { 's3:if-none-match': '*' })).toBe(true)
    expect(byCondition({ Null: { 's3:if-none-match': 'true' } }, {})).toBe(true)
    expect(byCondition({ Null: { 's3:if-none-match': 'true' } }, { 's3:if-none-match': '*' })).toBe(false)
  })

  it('Bool compares, and a key that is absent never does', () => {
    expect(byCondition({ Bool: { 's3:x': 'false' } }, { 's3:x': 'false' })).toBe(true)
    expect(byCondition({ Bool: { 's3:x': 'false' } }, { 's3:x': 'true' })).toBe(false)
    expect(byCondition({ Bool: { 's3:x': 'false' } }, {})).toBe(false)
    expect(byCondition({ Bool: { 's3:x': 'true' } }, {})).toBe(false)
  })

  it('all conditions have to hold, each for one of its values, and keys have no case', () => {
    const both = { Bool: { 's3:x': 'true' }, Null: { 's3:y': 'false' } }
    expect(byCondition(both, { 's3:x': 'true', 's3:y': '' })).toBe(true)
    expect(byCondition(both, { 's3:x': 'true' })).toBe(false)
    expect(byCondition(both, { 's3:y': '' })).toBe(false)
    expect(byCondition({ Bool: { 's3:x': 'true', 's3:y': 'true' } }, { 's3:x': 'true' })).toBe(false)
    expect(byCondition({ Bool: { 's3:x': ['true', 'false'] } }, { 's3:x': 'false' })).toBe(true)
    expect(byCondition({ Bool: { 'S3:X': 'true' } }, { 's3:x': 'true' })).toBe(true)
  })

  it('a session may do what its role and its session policy both allow', () => {
    const [all, none] = [policy(statement()), policy()]
    const deny = policy(statement(), statement({ Effect: 'Deny' }))
    expect(sessionOf(all, all)(get)).toBe(true)
    for (const [role, session] of [
      [all, none],
      [none, all],
      [all, deny],
      [deny, all],
    ] as const) {
      expect(sessionOf(role, session)(get)).toBe(false)
    }
  })

  it.each([
    ['a version', JSON.stringify({ Version: '2008-10-17', Statement: [] })],
    ['an element', policy(statement({ NotResource: '*' }))],
    ['an operator', policy(statement({ Condition: { StringLike: { 's3:x': 'true' } } }))],
    ['a value', policy(statement({ Condition: { Bool: { 's3:x': 'yes' } } }))],
    ['a variable', policy(statement({ Resource: '${aws:username}' }))],
    ['an effect', policy(statement({ Effect: 'allow' }))],
  ])('what is not known is not guessed: %s', (_, document) =>
    expect(() => allows(document, put({}))).toThrow('evaluated'),
  )
})
