import type { Json } from '#core/json.ts'
import { isForbiddenKey } from '#core/workflow/document/forbidden-key.ts'
import type { Finding, Findings } from '#core/workflow/findings.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'

/**
 * A copy of a value that code has made, as plain JSON: keys that are `undefined` are left out, whatever JSON cannot
 * carry (functions, dates, maps, circles …) is reported. Accessors run once. The depth is bounded. Linear.
 */
export function copyAsJson(value: unknown, findings: Findings): Json {
  return copy(value, [], findings)
}

/** `path` is one for the whole walk, copied only for an error. */
function copy(value: unknown, path: (string | number)[], findings: Findings): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  const report = (finding: Pick<Finding, 'code' | 'message' | 'fix'>): null => {
    findings.add({ ...finding, path: [...path], at: 'key' })
    return null
  }
  if (path.length > LIMITS.depth.value) {
    return report({
      code: 'WF-LIMIT',
      message: `the value is nested deeper than ${LIMITS.depth.value} levels, or holds itself`,
      fix: 'nest less: no field of a workflow needs this depth',
    })
  }
  if (Array.isArray(value)) {
    const list: Json[] = []
    for (let index = 0; index < value.length; index++) {
      path.push(index)
      list.push(copy(value[index], path, findings))
      path.pop()
    }
    return list
  }
  if (typeof value !== 'object' || !isPlain(value)) {
    return report({
      code: 'WF-VALUE',
      message: `${path.length === 0 ? 'the workflow' : quoted(path.join('.'))} is ${kindOf(value)}, which is not data`,
      fix: 'write text, numbers, true, false, null, lists and plain objects only',
    })
  }
  const object: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const item: unknown = value[key as keyof typeof value]
    if (item === undefined) continue
    path.push(key)
    if (isForbiddenKey(key)) {
      findings.add({
        code: 'WF-FORBIDDEN-KEY',
        message: `the key ${quoted(key)} is not allowed anywhere in a workflow`,
        fix: 'rename the key',
        path: [...path],
        at: 'key',
      })
    } else object[key] = copy(item, path, findings)
    path.pop()
  }
  return object
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`
  return value === undefined ? 'undefined' : `a ${typeof value}`
}
