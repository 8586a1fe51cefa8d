import { accountSecret, secretArn, type DeploymentPlace } from '#contract/account-secret.ts'
import type { VariableValue } from '#contract/clone-api.ts'
import type { CodeManifest } from '#contract/code-manifest.ts'
import { blobKey, runsPrefix } from '#contract/object-keys.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import type { CloneScope } from '#ports/clone-credentials.ts'

/** Characters of an inline session policy that STS takes. What they pack to has a limit of its own, which only its answer tells. */
export const sessionPolicyCharacters = 2048

/** The deployment, and the bucket that its objects are in. */
export interface PolicyPlace extends DeploymentPlace {
  readonly bucket: string
}

/** How near to a clone's inputs its policy is. */
export const policySteps = ['each object', 'tasks', 'tasks, all blobs', 'runs, all blobs'] as const

/** A session policy, and how near it is. */
export interface SessionPolicy {
  readonly step: (typeof policySteps)[number]
  /** JSON, without whitespace. */
  readonly document: string
}

/**
 * What limits a session's credentials to one clone: policies that have few enough characters, nearest first, each for when STS says
 * that the one before packs too large. By any of them it reads its inputs, its code and what it wrote itself; below the prefix of its lease
 * it writes objects that are not there yet, and takes back uploads in parts. Nothing can be listed, changed or deleted. It reads the
 * secrets of its task. The role's own policy bounds it further.
 *
 * Inputs are named one by one as long as they fit: about a dozen, fewer with long names. Then all outputs of the tasks that they are of, in
 * their runs: one pattern a task, however many instances it has. Then also all blobs: their keys are hashes, so that a clone
 * that cannot list them reads what it already knows. Then all outputs of the runs that its inputs are of. None: even this does not
 * fit, for inputs of some ten runs, each a retry of the one before; or for more than some dozen secrets, which are never named by patterns.
 */
export function cloneSessionPolicies(
  { prefix, code, variables, longVariables = [], secrets }: CloneScope,
  manifest: CodeManifest | undefined,
  place: PolicyPlace,
): readonly SessionPolicy[] {
  const arn = (pattern: string): string => `arn:${place.partition}:s3:::${place.bucket}/${pattern}`
  const own = arn(`${literal(prefix)}/*`)
  const blobs = [...(code === null ? [] : [code]), ...(manifest?.files.map((file) => file.sha256) ?? [])].map(blobKey)
  const lists = longVariables.map(({ value }) => value.object)
  const inputs = variables.flatMap(({ value }) => keysOf(value))
  const read = [...new Set([...[...blobs, ...lists].map(literal), ...inputs])]
  const secret = secretStatements(Object.values(secrets), place)
  const documents = new Map<string, SessionPolicy>()
  for (const [index, step] of policySteps.entries()) {
    const patterns = [...new Set(read.map((pattern) => widened(pattern, index)))]
    const document = JSON.stringify(policy([...patterns.toSorted().map(arn), own], own, secret))
    if (document.length <= sessionPolicyCharacters && !documents.has(document))
      documents.set(document, { step, document })
  }
  return [...documents.values()]
}

function policy(readable: readonly string[], own: string, secret: readonly object[]) {
  const onlyNew = { Null: { 's3:if-none-match': 'false' } }
  // Parts carry no condition; what makes an object of them does.
  const parts = { Bool: { 's3:ObjectCreationOperation': 'false' } }
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: readable },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: own, Condition: onlyNew },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: own, Condition: parts },
      { Effect: 'Allow', Action: 's3:AbortMultipartUpload', Resource: own },
      // By what key objects are encrypted, and whether by one of the account's own, is the role's to say.
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
      ...secret,
    ],
  }
}

/** Each secret by its name, in any policy of the clone. */
function secretStatements(refs: CloneScope['secrets'][string][], place: PolicyPlace): readonly object[] {
  const found = refs.flatMap((ref) => accountSecret(ref) ?? [])
  const allow = (Action: string, service: (typeof found)[number]['service']): readonly object[] => {
    const named = found.filter((secret) => secret.service === service).map((secret) => secretArn(secret, place))
    const Resource = [...new Set(named)].toSorted()
    return Resource.length === 0 ? [] : [{ Effect: 'Allow', Action, Resource }]
  }
  return [...allow('ssm:GetParameter', 'ssm'), ...allow('secretsmanager:GetSecretValue', 'secretsmanager')]
}

/** Patterns of all keys that a variable stages. */
function keysOf(value: VariableValue): readonly string[] {
  switch (value.kind) {
    case 'text':
    case 'json':
      return []
    case 'file':
      return [literal(value.file.object)]
    case 'output':
      return patternsOf(value.output)
    case 'gather':
      return value.items.flatMap(({ output }) => (output === null ? [] : patternsOf(output)))
  }
}

function patternsOf(output: StagedOutput): readonly string[] {
  if (output.type !== 'directory') return [literal(output.object)]
  const folder = `${output.folder}/`
  const isInFolder = output.files.every(({ object }) => object.startsWith(folder))
  return isInFolder ? [`${literal(folder)}*`] : output.files.map(({ object }) => literal(object))
}

function widened(pattern: string, step: number): string {
  if (!pattern.startsWith(runsPrefix)) return step >= 2 ? 'blobs/*' : pattern
  const [, run, task] = pattern.split('/')
  if (step === 0 || run === undefined || task === undefined) return pattern
  if (step >= 3) return `${runsPrefix}${run}/*`
  const instance = task.indexOf('[')
  return `${runsPrefix}${run}/${instance === -1 ? `${task}/` : task.slice(0, instance + 1)}*`
}

/** A key as a pattern that only it matches: `*`, `?` and `$` stand for themselves as `${*}`, `${?}`, `${$}`. */
function literal(key: string): string {
  return key.replace(/[*?$]/g, (sign) => `\${${sign}}`)
}
