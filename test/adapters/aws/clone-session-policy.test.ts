import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cloneSessionPolicies,
  policySteps,
  sessionPolicyCharacters,
  type SessionPolicy,
} from '#adapters/aws/clone-session-policy.ts'
import type { Variable, VariableValue } from '#contract/clone-api.ts'
import { blobKey, clonePrefix } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { StagedFile, StagedOutput } from '#core/run/manifest.ts'
import { allows } from './policy-evaluation.ts'

const run = parseRunId('run_0123456789abcdefghij')!
const slot = { run, task: 'train', attempt: 1, clone: 0 }
const bucket = 'forkcast-objects'
const own = `runs/${run}/train/1/0/1`

const scope = { slot, prefix: clonePrefix(slot, 1), secrets: {} }
const place = { bucket, partition: 'aws', region: 'eu-west-1', account: '123456789012' }
const staged = (object: string): StagedFile => ({ object, sha256: sha256(object), bytes: 1 })
const variable = (value: VariableValue, index = 0): Variable => ({ name: `INPUT_${index}`, value })
const file = (object: string): VariableValue => ({ kind: 'file', name: 'x', file: staged(object) })
const output = (of: StagedOutput): VariableValue => ({ kind: 'output', name: 'x', output: of })
const json = (object: string): StagedOutput => ({ type: 'json', ...staged(object) })

function policyOf(
  values: readonly VariableValue[],
  { code = null as string | null, files = [] as string[] } = {},
): SessionPolicy {
  const manifest = {
    files: files.map((hash) => ({ path: hash, sha256: hash, bytes: 1, executable: false })),
    links: [],
  }
  const variables = values.map((value, index) => variable(value, index))
  const [policy] = cloneSessionPolicies({ ...scope, code, variables }, manifest, place)
  if (policy === undefined) throw new Error('none fits')
  expect(policy.document.length).toBeLessThanOrEqual(sessionPolicyCharacters)
  return policy
}

const arn = (key: string): string => `arn:aws:s3:::${bucket}/${key}`
const once = { 's3:if-none-match': '*', 's3:ObjectCreationOperation': 'true' }
const part = { 's3:ObjectCreationOperation': 'false' }
const reads = ({ document }: SessionPolicy, key: string) =>
  allows(document, { action: 's3:GetObject', resource: arn(key) })
const writes = ({ document }: SessionPolicy, key: string, context: Readonly<Record<string, string>> = once) =>
  allows(document, { action: 's3:PutObject', resource: arn(key), context })

const hash = (index: number): string => sha256(String(index))
const upstream = `runs/${run}/clean/1/0/out/a.json`

describe('the credentials of a clone', () => {
  const folder: StagedOutput = {
    type: 'directory',
    folder: `runs/${run}/list/1/0/out/all`,
    bytes: 1,
    files: [{ path: 'b', ...staged(`runs/${run}/list/1/0/out/all/b`) }],
  }
  const text: VariableValue = { kind: 'text', text: 'x' }
  const policy = policyOf([file(blobKey(hash(1))), output(json(upstream)), output(folder), text], {
    code: hash(2),
    files: [hash(3)],
  })

  it('name each object while that fits', () => expect(policy.step).toBe('each object'))

  it.each([
    ['a file of the workflow', blobKey(hash(1))],
    ['another task’s output', upstream],
    ['a file of a folder', `${folder.folder}/b`],
    ['the code', blobKey(hash(2))],
    ['a file of the code', blobKey(hash(3))],
    ['what it wrote itself', `${own}/out/model`],
  ])('read %s', (_, key) => expect(reads(policy, key)).toBe(true))

  it.each([
    ['another blob', blobKey(hash(4))],
    ['another output of the same clone', `runs/${run}/clean/1/0/out/b.json`],
    ['the same output of a loser', `runs/${run}/clean/1/1/out/a.json`],
    ['a folder whose name begins alike', `${folder.folder}s/b`],
    ['a sibling’s output', `runs/${run}/train/1/1/out/model`],
    ['its own next attempt', `runs/${run}/train/2/0/out/model`],
    ['another run', `runs/run_zzzzzzzzzz/clean/1/0/out/a.json`],
    ['rows', `rows/${run}/${hash(1)}`],
  ])('do not read %s', (_, key) => expect(reads(policy, key)).toBe(false))

  it('write what is not there yet below the prefix, whole or in parts', () => {
    expect(writes(policy, `${own}/out/model`)).toBe(true)
    expect(writes(policy, `${own}/stderr.log`)).toBe(true)
    expect(writes(policy, `${own}/out/model`, part)).toBe(true)
    expect(allows(policy.document, { action: 's3:AbortMultipartUpload', resource: arn(`${own}/out/model`) })).toBe(true)
  })

  it('do not write over what is there: a request without `If-None-Match`', () => {
    expect(writes(policy, `${own}/out/model`, { 's3:ObjectCreationOperation': 'true' })).toBe(false)
    expect(writes(policy, `${own}/out/model`, {})).toBe(false)
  })

  it.each([
    ['an input', upstream],
    ['a blob', blobKey(hash(1))],
    ['a sibling’s prefix', `runs/${run}/train/1/1/out/model`],
    ['a prefix that begins alike', `${own}0/out/model`],
    ['another task’s prefix', `runs/${run}/clean/1/0/out/new`],
  ])('do not write %s', (_, key) => {
    expect(writes(policy, key)).toBe(false)
    expect(writes(policy, key, part)).toBe(false)
  })

  it.each(['s3:DeleteObject', 's3:PutObjectAcl', 's3:GetObjectVersion', 's3:PutObjectTagging', 'sts:AssumeRole'])(
    'do not %s',
    (action) =>
      expect(allows(policy.document, { action, resource: arn(`${own}/out/model`), context: once })).toBe(false),
  )

  it('list nothing', () => {
    const context = { 's3:prefix': own }
    expect(allows(policy.document, { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context })).toBe(
      false,
    )
  })
})

describe('inputs that are too many to be named', () => {
  const instances = (count: number, of: string): VariableValue => ({
    kind: 'gather',
    name: 'x',
    items: Array.from({ length: count }, (_, index) => ({
      index,
      key: null,
      value: null,
      state: 'committed',
      output: json(`runs/${run}/${of}[${index}]/1/0/out/a.json`),
    })),
  })

  it('are all instances of a task: one pattern, which no other task matches', () => {
    const policy = policyOf([instances(10_000, 'clean'), file(blobKey(hash(1)))])
    expect(policy.step).toBe('tasks')
    expect(reads(policy, `runs/${run}/clean[9999]/1/0/out/a.json`)).toBe(true)
    expect(reads(policy, `runs/${run}/cleaned[0]/1/0/out/a.json`)).toBe(false)
    expect(reads(policy, `runs/${run}/clean/1/0/out/a.json`)).toBe(false)
    expect(reads(policy, blobKey(hash(2)))).toBe(false)
    expect(writes(policy, `runs/${run}/clean[0]/1/0/out/a.json`)).toBe(false)
  })

  it('are all blobs, where code has many files: their keys are hashes, and no list is given', () => {
    const policy = policyOf([output(json(upstream))], {
      code: hash(0),
      files: Array.from({ length: 1_000 }, (_, i) => hash(i)),
    })
    expect(policy.step).toBe('tasks, all blobs')
    expect(reads(policy, blobKey(hash(999)))).toBe(true)
    expect(reads(policy, `runs/${run}/list/1/0/out/a.json`)).toBe(false)
    expect(writes(policy, blobKey(hash(999)))).toBe(false)
  })

  it('are all outputs of the run, where they are of many tasks', () => {
    const policy = policyOf(Array.from({ length: 100 }, (_, i) => output(json(`runs/${run}/task-${i}/1/0/out/a.json`))))
    expect(policy.step).toBe('runs, all blobs')
    expect(reads(policy, `runs/${run}/task-99/1/0/out/a.json`)).toBe(true)
    expect(reads(policy, 'runs/run_zzzzzzzzzz/task-99/1/0/out/a.json')).toBe(false)
    expect(writes(policy, `runs/${run}/task-99/1/0/out/a.json`)).toBe(false)
  })

  it('are refused when they are of more runs than can be named', () => {
    const variables = Array.from({ length: 40 }, (_, i) =>
      variable(output(json(`runs/run_${String(i).padStart(20, '0')}/a/1/0/out/a.json`)), i),
    )
    const policy = cloneSessionPolicies({ ...scope, code: null, variables }, undefined, place)
    expect(policy).toStrictEqual([])
  })

  it('are given wider, step by step, where STS says that a policy packs too large', () => {
    const variables = [variable(output(json(upstream))), variable(file(blobKey(hash(1))), 1)]
    const policies = cloneSessionPolicies({ ...scope, code: null, variables }, undefined, place)
    expect(policies.map(({ step }) => step)).toStrictEqual([...policySteps])
  })

  it('are given each way once: with nothing to read there is one', () => {
    expect(cloneSessionPolicies({ ...scope, code: null, variables: [] }, undefined, place)).toHaveLength(1)
  })
})

it('some dozen inputs are named one by one', () => {
  const most = (value: (index: number) => VariableValue) => {
    for (let count = 1; ; count += 1) {
      const { step } = policyOf(Array.from({ length: count }, (_, index) => value(index)))
      if (step !== 'each object') return count - 1
    }
  }
  expect(most((index) => file(blobKey(hash(index))))).toBe(12)
  expect(most((index) => output(json(`runs/${run}/task-${index}/1/0/out/a.json`)))).toBe(15)
})

it('secrets are named one by one in each policy, as many as fit', () => {
  const policies = (count: number, variables: Variable[]) => {
    const secrets = Object.fromEntries(
      Array.from(
        { length: count },
        (_, i) => [`S${i}`, { source: 'ssm', name: `/forkcast/secrets/team/token-${i}` }] as const,
      ),
    )
    return cloneSessionPolicies({ ...scope, code: null, variables, secrets }, undefined, place)
  }
  const most = (variables: Variable[]) => {
    for (let count = 1; ; count += 1) if (policies(count, variables).length === 0) return count - 1
  }
  expect(most([])).toBe(15)
  expect(most([variable(output(json(upstream))), variable(file(blobKey(hash(1))), 1)])).toBe(14)
  const two = policies(2, [variable(output(json(upstream)))])
  expect(two.length).toBeGreaterThan(1)
  for (const { document } of two) {
    const parameters = ['token-0', 'token-1'].map(
      (name) => `arn:aws:ssm:eu-west-1:123456789012:parameter/forkcast/secrets/team/${name}`,
    )
    expect(document).toContain(JSON.stringify({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameters }))
  }
})

it('whatever characters a key has, the policy matches it alone, and each step reads no less than the one before', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?', '$', '[', ']', '{', '}', '.', '/', ' ', 'é'),
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(name, name, (input, other) => {
      const key = (last: string) => `runs/${run}/clean/1/0/out/${last}`
      const variables = [variable(output(json(key(input))))]
      const [exact, ...wider] = cloneSessionPolicies({ ...scope, code: null, variables }, undefined, place)
      if (exact === undefined) throw new Error('none fits')
      expect(reads(exact, key(input))).toBe(true)
      expect(reads(exact, key(other))).toBe(other === input)
      for (const policy of wider) expect(reads(policy, key(input))).toBe(true)
    }),
    { numRuns: 50 },
  )
})
