import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cloneSessionPolicies, policySteps } from '#adapters/aws/clone-session-policy.ts'
import { cloneRolePolicy } from '../../builders/clone-role.ts'
import { drawnClone, keysOf, secretsOfAccount, someKeys } from '../../builders/drawn-world.ts'
import { sessionOf } from './policy-evaluation.ts'

const bucket = 'forkcast-objects'
const place = { bucket, partition: 'aws', region: 'us-east-1', account: '123456789012' }
const arn = (key: string): string => `arn:aws:s3:::${bucket}/${key}`

const role = cloneRolePolicy(bucket)

/** How S3 puts requests to IAM: what makes an object has the condition if the request says so, and parts never have it. */
const writing = {
  'a new object': { 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' },
  'a part of an upload': { 's3:ObjectCreationOperation': 'false' },
} as const
const overwriting = [
  { 's3:ObjectCreationOperation': 'true' },
  { 's3:ObjectCreationOperation': 'true', 's3:if-match': 'etag' },
  {},
]

const otherOnObjects = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:GetObjectAcl',
  's3:GetObjectTagging',
  's3:GetObjectVersion',
  's3:ListMultipartUploadParts',
  's3:ObjectOwnerOverrideToBucketOwner',
  's3:PutObjectAcl',
  's3:PutObjectRetention',
  's3:PutObjectTagging',
  's3:RestoreObject',
]
const elsewhere = [
  ['s3:ListBucket', `arn:aws:s3:::${bucket}`],
  ['ssm:DescribeParameters', '*'],
  ['secretsmanager:ListSecrets', '*'],
  ['s3:ListBucketVersions', `arn:aws:s3:::${bucket}`],
  ['s3:ListBucketMultipartUploads', `arn:aws:s3:::${bucket}`],
  ['s3:PutBucketPolicy', `arn:aws:s3:::${bucket}`],
  ['s3:DeleteBucket', `arn:aws:s3:::${bucket}`],
  ['s3:GetObject', 'arn:aws:s3:::another-bucket/blobs/x'],
  ['s3:GetObject', `arn:aws:s3:::${bucket}2/blobs/x`],
  ['dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:123456789012:table/forkcast'],
  ['ssm:GetParameter', 'arn:aws:ssm:us-east-1:123456789012:parameter/forkcast/x/token-key'],
  ['states:SendTaskSuccess', 'arn:aws:states:us-east-1:123456789012:stateMachine:x'],
  ['sts:AssumeRole', 'arn:aws:iam::123456789012:role/forkcast-clone'],
  ['kms:Decrypt', 'arn:aws:kms:us-east-1:123456789012:key/x'],
] as const

const ofParameters = [
  'ssm:GetParameter',
  [
    'ssm:GetParameters',
    'ssm:GetParametersByPath',
    'ssm:GetParameterHistory',
    'ssm:PutParameter',
    'ssm:DeleteParameter',
  ],
] as const
const ofSecrets = [
  'secretsmanager:GetSecretValue',
  [
    'secretsmanager:BatchGetSecretValue',
    'secretsmanager:DescribeSecret',
    'secretsmanager:ListSecretVersionIds',
    'secretsmanager:PutSecretValue',
    'secretsmanager:GetResourcePolicy',
  ],
] as const

/** Whether a step lets a clone read what is neither its own nor given to it. */
function isNear(key: string, step: (typeof policySteps)[number], inputs: ReadonlySet<string>): boolean {
  const [top, run, task] = key.split('/')
  if (top === 'blobs') return step.endsWith('all blobs') && [...inputs].some((input) => input.startsWith('blobs/'))
  if (top !== 'runs' || step === 'each object') return false
  const family = (id: string | undefined) => id?.replace(/\[.*/, '[')
  return [...inputs].some((input) => {
    const [where, ofRun, ofTask] = input.split('/')
    if (where !== 'runs' || ofRun !== run) return false
    return step === 'runs, all blobs' || family(ofTask) === family(task)
  })
}

it('whatever a clone is given: it reads that and its secrets, writes its own prefix once, and all else is refused that its step does not say', () => {
  const seen = new Map<string, number>()
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  fc.assert(
    fc.property(drawnClone, someKeys, ({ scope, manifest, inputs }, keys) => {
      const own = `${scope.prefix}/`
      for (const { step, document } of cloneSessionPolicies(scope, manifest, place)) {
        const session = sessionOf(role, document)
        const may = (action: string, resource: string, context = {}) => session({ action, resource, context })
        const wrong: string[] = []
        const check = (what: string, is: boolean, should: boolean): void => {
          if (is !== should) wrong.push(`${step}: ${what} is ${is ? 'allowed' : 'refused'}`)
        }
        count(step)
        for (const key of new Set([...keys, ...[1, 2, 12].flatMap((fence) => keysOf(scope.slot, fence)), ...inputs])) {
          const isOwn = key.startsWith(own)
          const isGiven = inputs.has(key)
          const reads = isOwn || isGiven || isNear(key, step, inputs)
          count(isOwn ? 'its own' : isGiven ? 'given' : reads ? 'near' : 'foreign')
          check(`to read ${key}`, may('s3:GetObject', arn(key)), reads)
          for (const [what, context] of Object.entries(writing)) {
            check(`to write ${key}, ${what}`, may('s3:PutObject', arn(key), context), isOwn)
          }
          check(`to take back parts of ${key}`, may('s3:AbortMultipartUpload', arn(key)), isOwn)
          for (const context of overwriting) {
            check(`to write over ${key}`, may('s3:PutObject', arn(key), context), false)
          }
        }
        for (const key of [`${own}out/a.json`, ...inputs]) {
          for (const action of otherOnObjects) {
            check(`${action} of ${key}`, may(action, arn(key), writing['a new object']), false)
          }
        }
        for (const { arn: resource, names } of secretsOfAccount) {
          const isNamed = Object.values(scope.secrets).some(({ source, name }) => names.includes(`${source}:${name}`))
          const should = isNamed && /parameter\/forkcast\/secrets\/|:secret:forkcast\//.test(resource)
          const [reading, others] = resource.includes(':ssm:') ? ofParameters : ofSecrets
          count(should ? 'a secret' : isNamed ? 'a secret beyond its role' : 'a foreign secret')
          check(`to read ${resource}`, may(reading, resource), should)
          for (const action of others) check(`${action} of ${resource}`, may(action, resource), false)
        }
        for (const [action, resource] of elsewhere) check(`${action} of ${resource}`, may(action, resource), false)
        expect(wrong).toStrictEqual([])
      }
    }),
    { numRuns: 100 },
  )
  // Each of these was met.
  for (const what of [
    ...policySteps,
    'its own',
    'given',
    'near',
    'foreign',
    'a secret',
    'a secret beyond its role',
    'a foreign secret',
  ])
    expect(seen.get(what)).toBeGreaterThan(0)
})
