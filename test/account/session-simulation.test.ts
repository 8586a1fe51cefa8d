import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import { sessionOf } from '../adapters/aws/policy-evaluation.ts'
import { cloneRolePolicy } from '../builders/clone-role.ts'
import { drawnClone, keysOf, someKeys } from '../builders/drawn-world.ts'
import { allowedByMiniStack } from './session-evaluation.ts'

const bucket = 'forkcast-objects'
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

it('another evaluator comes to the same: what clones may do is no matter of how we read policies', async () => {
  const sessions = fc.sample(fc.tuple(drawnClone, someKeys), 20).flatMap(([{ scope, manifest, inputs }, some]) => {
    const keys = [...new Set([...some, ...keysOf(scope.slot), ...inputs])]
    const requests = keys.flatMap((key) =>
      asked.map(([action, context]) => ({ action, resource: `arn:aws:s3:::${bucket}/${key}`, context })),
    )
    // What `${*}` and the like stand for, it does not know.
    const policies = cloneSessionPolicies(scope, manifest, { bucket }).filter(
      ({ document }) => !document.includes('${'),
    )
    return policies.map(({ document }) => ({ role, session: document, requests }))
  })
  const ours = sessions.map(({ session, requests }) => requests.map(sessionOf(role, session)))
  expect(await allowedByMiniStack(sessions)).toStrictEqual(ours)
  expect(ours.flat().filter(Boolean).length).toBeGreaterThan(500)
  expect(ours.flat().length).toBeGreaterThan(5_000)
})
