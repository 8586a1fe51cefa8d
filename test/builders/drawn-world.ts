import fc from 'fast-check'
import type { VariableValue } from '#contract/clone-api.ts'
import type { CodeManifest } from '#contract/code-manifest.ts'
import { blobKey, clonePrefix, logKey, outputKey, resultPrefix, rowTextKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { parseRunId, type SlotRef } from '#core/run/ids.ts'
import type { StagedFile, StagedOutput } from '#core/run/manifest.ts'
import { secretSource } from '#core/workflow/secret-source.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'
import type { CloneScope } from '#ports/clone-credentials.ts'

const runs = ['run_0000000000aaaaaaaaaa', 'run_0000000000aaaaaaaaab', 'run_000000000'].map((id) => parseRunId(id)!)
/** Names that begin alike, with and without instances. */
const tasks = ['clean', 'clean[0]', 'clean[1]', 'clean[10]', 'cleaned', 'cleaned[1]', 'train'] as const
/** Paths of outputs, some with signs that mean something in a policy. */
const paths = ['a.json', 'a.jsonl', 'folder', 'folders/x', '*', 'a?json', '${*}', 'b $ c'] as const
const inFolder = ['x', 'sub/*', 'sub/y'] as const

const blobs = Array.from({ length: 40 }, (_, index) => sha256(`blob ${index}`))

const slots: readonly SlotRef[] = runs.flatMap((run) =>
  tasks.flatMap((task) =>
    [1, 2, 10].flatMap((attempt) => [0, 1, 10].map((clone) => ({ run, task, attempt, clone }) satisfies SlotRef)),
  ),
)

const parameter = (name: string): string => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`
const secret = (name: string): string => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`

/** All that is secret in the account of that world, with the ways in which workflows name it. The last ones no clone may have. */
export const secretsOfAccount: readonly { readonly arn: string; readonly names: readonly string[] }[] = [
  { arn: parameter('forkcast/secrets/a'), names: ['ssm:/forkcast/secrets/a'] },
  { arn: parameter('forkcast/secrets/ab'), names: [`ssm:${parameter('forkcast/secrets/ab')}`] },
  { arn: parameter('forkcast/secrets/a/b'), names: ['ssm:/forkcast/secrets/a/b'] },
  {
    arn: secret('forkcast/db-AbCdEf'),
    names: ['', '-AbCdEf', '-AbCdEf:password', '-AbCdEf:user:AWSCURRENT:'].map(
      (end) => `secretsmanager:${secret(`forkcast/db${end}`)}`,
    ),
  },
  { arn: secret('forkcast/db-old-AbCdEf'), names: [`secretsmanager:${secret('forkcast/db-old')}`] },
  { arn: parameter('forkcast/prod/token-key'), names: ['ssm:/forkcast/prod/token-key'] },
  { arn: secret('payroll-AbCdEf'), names: [`secretsmanager:${secret('payroll')}`] },
  { arn: 'arn:aws:ssm:us-east-1:999999999999:parameter/forkcast/secrets/a', names: [] },
]

const secrets = fc
  .array(fc.constantFrom('env:A', ...secretsOfAccount.flatMap(({ names }) => names)), { maxLength: 4 })
  .map((names) =>
    Object.fromEntries(names.map((from, index) => [`S${index}`, secretSource(from) as SecretRef] as const)),
  )

/** All that a clone of that world has written under a lease. */
export function keysOf(slot: SlotRef, fence = 1): readonly string[] {
  const prefix = clonePrefix(slot, fence)
  const outputs = paths.flatMap((path) =>
    path === 'folder' ? inFolder.map((file) => `${outputKey(prefix, path)}/${file}`) : [outputKey(prefix, path)],
  )
  return [...outputs, logKey(prefix, 'stdout')]
}

/** All that its bucket holds. */
const everyKey: readonly string[] = [
  ...blobs.map(blobKey),
  ...runs.map((run) => rowTextKey(run, blobs[0] ?? '')),
  ...slots.flatMap((of) => [1, 2, 12].flatMap((fence) => keysOf(of, fence))),
  ...slots.map((slot) => `${resultPrefix(slot)}/a.json`),
]

/** Keys of it, here and there. */
export const someKeys = fc.noShrink(fc.array(fc.constantFrom(...everyKey), { minLength: 50, maxLength: 100 }))

const staged = (object: string): StagedFile => ({ object, sha256: sha256(object), bytes: 1 })
const blob = fc.constantFrom(...blobs)
const slot = fc.constantFrom(...slots)

const output: fc.Arbitrary<StagedOutput> = fc.tuple(slot, fc.constantFrom(...paths)).map(([of, path]) => {
  const key = outputKey(clonePrefix(of, 1), path)
  if (path !== 'folder') return { type: 'json', ...staged(key) }
  const files = inFolder.map((file) => ({ path: file, ...staged(`${key}/${file}`) }))
  return { type: 'directory', folder: key, bytes: files.length, files }
})

const value: fc.Arbitrary<VariableValue> = fc.oneof(
  fc.constant<VariableValue>({ kind: 'text', text: `runs/${runs[0]}/train/1/0/out/a.json` }),
  blob.map((hash): VariableValue => ({ kind: 'file', name: 'x', file: staged(blobKey(hash)) })),
  output.map((of): VariableValue => ({ kind: 'output', name: 'x', output: of })),
  fc.array(fc.option(output), { maxLength: 12 }).map((outputs): VariableValue => ({
    kind: 'gather',
    name: 'x',
    items: outputs.map((of, index) => ({ index, key: null, value: null, state: 'committed', output: of })),
  })),
)

/** A clone, the manifest of its code, and the keys of all that it is given. */
export interface DrawnClone {
  readonly scope: CloneScope
  readonly manifest: CodeManifest | undefined
  readonly inputs: ReadonlySet<string>
}

/** Clones of that world with up to some dozen inputs. */
export const drawnClone: fc.Arbitrary<DrawnClone> = fc
  .record({
    slot,
    fence: fc.constantFrom(1, 2),
    secrets,
    values: fc.array(value, { maxLength: 5 }),
    long: fc.array(blob, { maxLength: 2 }),
    code: fc.option(fc.record({ manifest: blob, files: fc.array(blob, { maxLength: 6 }) })),
  })
  .map(({ slot: own, fence, secrets: named, values, long, code }) => {
    const scope: CloneScope = {
      slot: own,
      prefix: clonePrefix(own, fence),
      secrets: named,
      code: code?.manifest ?? null,
      variables: values.map((of, index) => ({ name: `INPUT_${index}`, value: of })),
      longVariables: long.map((hash, index) => ({ name: `LONG_${index}`, value: staged(blobKey(hash)) })),
    }
    const files = code?.files.map((hash) => ({ path: hash, sha256: hash, bytes: 1, executable: false })) ?? []
    const hashes = [...long, ...(code === null ? [] : [code.manifest, ...code.files])]
    const inputs = new Set([...hashes.map(blobKey), ...values.flatMap(keysIn)])
    return { scope, manifest: code === null ? undefined : { files, links: [] }, inputs }
  })

function keysIn(given: VariableValue): readonly string[] {
  if (given.kind === 'file') return [given.file.object]
  const outputs =
    given.kind === 'output' ? [given.output] : given.kind === 'gather' ? given.items.map((item) => item.output) : []
  return outputs.flatMap((one) =>
    one === null ? [] : one.type === 'directory' ? one.files.map(({ object }) => object) : [one.object],
  )
}
