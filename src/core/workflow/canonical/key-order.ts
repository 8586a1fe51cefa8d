import type { Json } from '#core/json.ts'
import { isObject } from '#core/workflow/document/document.ts'

/**
 * A map with its keys in the order of the canonical form, so that it is written and hashed without being sorted again.
 * The order means nothing, and keys that look like numbers keep theirs. One that is in order is returned as it is.
 */
export function inKeyOrder<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  let previous = ''
  for (const key in map) {
    if (key < previous) return Object.fromEntries(Object.entries(map).sort(byKey))
    previous = key
  }
  return map
}

/** The same for a value and everything in it. Its depth is bounded before. */
export function jsonInKeyOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(jsonInKeyOrder)
  if (!isObject(value)) return value
  return inKeyOrder(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonInKeyOrder(item)])))
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
