import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS, type LimitName } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'

/** The fields of a workflow's head that hold many things, with their limits. */
export const HEAD_COUNTS = { params: 'params', labels: 'labels', outputs: 'outputs' } as const

/** The fields of a task that hold many things, with their limits. */
export const TASK_COUNTS = {
  needs: 'needs',
  inputs: 'inputs',
  outputs: 'outputs',
  env: 'env',
  forEach: 'forEachKeys',
  secrets: 'secrets',
  variants: 'clones',
  when: 'conditionValues',
} as const

/**
 * The value without the fields that hold more than they may, which are reported. Looked at before anything is done with
 * what they hold, so that a hostile field costs no more than its reading.
 */
export function withinLimits(
  value: Json,
  counts: Readonly<Record<string, LimitName>>,
  path: Path,
  findings: Findings,
): Json {
  if (!isObject(value)) return value
  const tooMany: string[] = []
  for (const field in counts) {
    if (value[field] === undefined) continue
    const limit = counts[field] as LimitName
    const found = limit === 'conditionValues' ? countOfAll(value[field]) : countOf(value[field])
    if (found <= LIMITS[limit].value) continue
    tooMany.push(field)
    const owner = path.length === 0 ? '' : ` of ${describePlace(path)}`
    findings.add({
      code: 'WF-LIMIT',
      message: beyondLimit(`${quoted(field)}${owner}`, found, limit),
      fix: FIXES[field] ?? 'remove some, or split the task',
      path: [...path, field],
      at: 'key',
    })
  }
  if (tooMany.length === 0) return value
  return Object.fromEntries(Object.entries(value).filter(([field]) => !tooMany.includes(field)))
}

const FIXES: Readonly<Record<string, string>> = {
  needs: 'wait for one task that gathers them',
  when: 'decide in a task, and compare its output',
}

function countOf(field: Json): number {
  if (typeof field !== 'object' || field === null) return 0
  return Array.isArray(field) ? field.length : Object.keys(field).length
}

/** How many values there are in a field at every depth, itself included. The depth is bounded before. */
function countOfAll(field: Json): number {
  if (typeof field !== 'object' || field === null) return 1
  return Object.values(field).reduce((sum: number, item: Json) => sum + countOfAll(item), 1)
}
