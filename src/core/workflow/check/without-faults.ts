import type { z } from 'zod'
import type { Json } from '#core/json.ts'
import { isObject } from '#core/workflow/document/document.ts'

/**
 * A copy of a faulty object without the fields, or the members of its maps, that a schema found fault with. What is left
 * can be checked further, so that one wrong field does not hide the errors of the others.
 */
export function withoutFaults(value: Json, issues: readonly z.core.$ZodIssue[]): Json {
  if (!isObject(value)) return value
  const pruned: Record<string, Json> = { ...value }
  for (const issue of issues) {
    const [field, member] = issue.path.map(String)
    const faulty = issue.code === 'unrecognized_keys' && field === undefined ? issue.keys : [String(field)]
    for (const key of faulty) {
      const inner = pruned[key]
      if (member === undefined || !isObject(inner) || WHOLE.has(key)) delete pruned[key]
      else pruned[key] = Object.fromEntries(Object.entries(inner).filter(([name]) => name !== member))
    }
  }
  return pruned
}

/** Fields that mean nothing, or something else, without one of their members. */
const WHOLE: ReadonlySet<string> = new Set(['aggregate', 'code', 'hedge', 'when'])
