import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import { sessionOf } from '../adapters/aws/policy-evaluation.ts'
import { cloneRolePolicy } from '../builders/clone-role.ts'
import { drawnClone, keysOf, secretsOfAccount, someKeys } from '../builders/drawn-world.ts'
import { weighed } from './policy-evaluators.ts'

const bucket = 'forkcast-objects'
const place = { bucket, partition: 'aws', region: 'us-east-1', account: '123456789012' }
const role = cloneRolePolicy(bucket)
const asked = [
  ['s3:GetObject', {}],
  ['s3:PutObject', { 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' }],
  ['s3:PutObject', { 's3:ObjectCreationOperation': 'true' }],
  ['s3:PutObject', { 's3:ObjectCreationOperation': 'false' }],
  ['s3:PutObject', {}],
  ['s3:AbortMultipartUpload', {}],
  ['s3:DeleteObject', {}],
  ['kms:Decrypt', {}],
] as const

it('other evaluators come to the same: what clones may do is no matter of how we read policies', async () => {
  const sessions = fc.sample(fc.tuple(drawnClone, someKeys), 20).flatMap(([{ scope, manifest, inputs }, some]) => {
    const keys = [...new Set([...some, ...[1, 2].flatMap((fence) => keysOf(scope.slot, fence)), ...inputs])]
    const secrets = secretsOfAccount.flatMap(({ arn: resource }) =>
      ['ssm:GetParameter', 'secretsmanager:GetSecretValue'].map((action) => ({ action, resource, context: {} })),
    )
    const objects = keys.flatMap((key) =>
      asked.map(([action, context]) => ({ action, resource: `arn:aws:s3:::${bucket}/${key}`, context })),
    )
    const requests = [...objects, ...secrets]
    // What `${*}` and the like stand for, they do not know.
    const policies = cloneSessionPolicies(scope, manifest, place).filter(({ document }) => !document.includes('${'))
    return policies.map(({ document }) => ({ session: document, requests }))
  })
  const ours = sessions.map(({ session, requests }) => requests.map(sessionOf(role, session)))
  const verdicts = await weighed(
    sessions.map(({ session, requests }) => ({ policies: [role], limits: [session], requests })),
  )
  expect(verdicts.map((each) => each.map(({ miniStack }) => miniStack))).toStrictEqual(ours)
  const ofMoto = verdicts.flatMap((each, session) => each.map(({ moto }, at) => moto ?? ours[session]?.[at]))
  expect(ofMoto).toStrictEqual(ours.flat())
  expect(ours.flat().filter(Boolean).length).toBeGreaterThan(500)
  expect(ours.flat().length).toBeGreaterThan(5_000)
})
