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

const RESOURCES = ['gpuType', 'disk', 'network', 'sharedMemory', 'arch']

/** Reports the fields of a workflow's head that have a meaning but are not run by this version. */
export function findUnsupportedInHead({ defaults }: Readonly<Record<string, Json>>, findings: Findings): void {
  if (isObject(defaults)) refuse(defaults['resources'], ['defaults', 'resources'], RESOURCES, findings)
}

/** Reports the fields of a task that have a meaning but are not run by this version. */
export function findUnsupportedInTask(task: Json, path: Path, findings: Findings): void {
  if (!isObject(task)) return
  refuse(task, path, ['isolation'], findings)
  refuse(task['resources'], [...path, 'resources'], RESOURCES, findings)
  for (const [name, input] of membersOf(task['inputs'])) refuse(input, [...path, 'inputs', name], ['uri'], findings)
  for (const [name, variant] of membersOf(task['variants'])) {
    if (isObject(variant)) refuse(variant['resources'], [...path, 'variants', name, 'resources'], RESOURCES, findings)
  }
}

function membersOf(map: Json | undefined): readonly (readonly [string, Json])[] {
  return isObject(map) ? Object.entries(map) : []
}

function refuse(fields: Json | undefined, path: Path, keys: readonly string[], findings: Findings): void {
  if (!isObject(fields)) return
  for (const key of keys) {
    if (fields[key] === undefined) continue
    findings.add({
      code: 'WF-UNSUPPORTED',
      message: `unsupported: ${quoted(key)} in ${describePlace(path)} is not run by this version`,
      fix: 'remove it; nothing that is written is left out in silence',
      path: [...path, key],
      at: 'key',
    })
  }
}
