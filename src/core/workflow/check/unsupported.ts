import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'

/** Words that a user may well write but that are no keys, with the reason. */
export const RESERVED_WORDS: ReadonlyMap<string, string> = new Map([
  ...['partition', 'checkpoint', 'cache', 'warmup', 'schedule', 'matrix', 'include', 'workflow', 'role'].map(
    (word) => [word, 'is kept for a later version'] as const,
  ),
  ...['pattern', 'patternProperties'].map(
    (word) => [word, 'would run a regular expression, which may take for ever'] as const,
  ),
])

/** Reports the fields of a workflow's head that have a meaning but are not run by this version. */
export function findUnsupportedInHead(head: Readonly<Record<string, Json>>, findings: Findings): void {
  refuse(head, [], ['timeout', 'budgetUsd'], findings)
  if (head['onFailure'] === 'stop') report(['onFailure'], 'value', findings, '`onFailure: stop`')
  refuse(head['defaults'], ['defaults'], [], findings)
  findUnsupportedInShared(head['defaults'], ['defaults'], findings)
}

/** Reports the fields of a task that have a meaning but are not run by this version. */
export function findUnsupportedInTask(task: Json, path: Path, findings: Findings): void {
  if (!isObject(task)) return
  refuse(task, path, ['variants', 'validate', 'when', 'secrets', 'isolation'], findings)
  for (const flag of ['always', 'allowFailure']) {
    if (task[flag] === true) report([...path, flag], 'key', findings, quoted(flag))
  }
  const { aggregate, inputs, tolerate } = task
  if (tolerate !== undefined && tolerate !== 0 && tolerate !== '0%') {
    report([...path, 'tolerate'], 'key', findings, '`tolerate`')
  }
  const policy = isObject(aggregate) ? aggregate['policy'] : aggregate
  if (typeof policy === 'string' && policy !== 'first') {
    report([...path, 'aggregate'], 'value', findings, `\`aggregate\` other than \`first\``)
  }
  if (isObject(inputs)) {
    for (const [name, input] of Object.entries(inputs)) refuse(input, [...path, 'inputs', name], ['uri'], findings)
  }
  findUnsupportedInShared(task, path, findings)
}

function findUnsupportedInShared(fields: Json | undefined, path: Path, findings: Findings): void {
  if (!isObject(fields)) return
  refuse(fields['retry'], [...path, 'retry'], ['on'], findings)
  const resources = ['gpuType', 'disk', 'network', 'sharedMemory', 'arch']
  refuse(fields['resources'], [...path, 'resources'], resources, findings)
}

function refuse(fields: Json | undefined, path: Path, keys: readonly string[], findings: Findings): void {
  if (!isObject(fields)) return
  for (const key of keys) {
    if (fields[key] !== undefined) report([...path, key], 'key', findings, quoted(key))
  }
}

function report(path: Path, at: 'key' | 'value', findings: Findings, what: string): void {
  findings.add({
    code: 'WF-UNSUPPORTED',
    message: `unsupported: ${what} in ${describePlace(path.slice(0, -1))} is not run by this version`,
    fix: 'remove it; nothing that is written is left out in silence',
    path,
    at,
  })
}
