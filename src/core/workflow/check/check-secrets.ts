import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { SECRET_SOURCES, secretSource } from '#core/workflow/secret-source.ts'

/**
 * The task without secrets that are written down, or whose source is not understood, which are reported. Looked at
 * before anything else, since other errors show what they are about, and a secret must not be shown.
 */
export function withoutWrongSecrets(task: Json, place: Path, findings: Findings): Json {
  if (!isObject(task) || task['secrets'] === undefined) return task
  const { secrets, ...rest } = task
  if (!isObject(secrets)) {
    report([...place, 'secrets'], 'is no map of secrets', FORMS, findings)
    return rest
  }
  const right = Object.entries(secrets).filter(([name, secret]) => {
    const problem = problemOf(secret)
    if (problem !== undefined) report([...place, 'secrets', name], ...problem, findings)
    return problem === undefined
  })
  return { ...rest, secrets: Object.fromEntries(right) }
}

const FORMS = 'write `{ from: env:NAME }`, or `file:PATH`, `ssm:NAME`, `secretsmanager:ARN`'
const WRITTEN_DOWN = 'is written into the workflow, whose text, hash and documents others can read'

function problemOf(secret: Json): readonly [message: string, fix: string] | undefined {
  if (!isObject(secret)) return [secret === null ? 'is empty' : WRITTEN_DOWN, FORMS]
  const { from } = secret
  if (Object.hasOwn(secret, 'value')) return [WRITTEN_DOWN, FORMS]
  if (from === undefined) return ['says nothing about where it comes from', FORMS]
  const source = typeof from === 'string' ? secretSource(from) : undefined
  if (source === undefined) return [WRITTEN_DOWN, FORMS]
  if (source.name !== undefined) return undefined
  const { expected } = SECRET_SOURCES[source.source]
  return [`does not name ${expected}`, `write ${expected} after \`${source.source}:\``]
}

function report(path: Path, message: string, fix: string, findings: Findings): void {
  findings.add({ code: 'WF-SECRET', message: `${describePlace(path)} ${message}`, fix, path, at: 'key' })
}
