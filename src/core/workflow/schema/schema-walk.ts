import { z } from 'zod'
import type { Json } from '#core/json.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'

/**
 * The keys that a schema knows for the object at a path of a value, or none when a user names the keys there. Where one
 * word of an object decides on its other keys, they are those that belong to that word.
 */
export function knownKeys(schema: z.core.$ZodType, path: Path, value?: Json): readonly string[] {
  const [part, ...rest] = path
  const inner = unwrapped(schema)
  const below = part === undefined || !isObject(value) ? undefined : value[part]
  if (inner instanceof z.ZodUnion) {
    const meant = inner.options.filter((option) => isMeant(option, value))
    return (meant.length > 0 ? meant : inner.options).flatMap((option) => knownKeys(option, path, value))
  }
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape
    if (part === undefined) return Object.keys(shape)
    return knownKeys(shape[part] as z.core.$ZodType, rest, below)
  }
  if (part !== undefined && inner instanceof z.ZodRecord) return knownKeys(inner.valueType, rest, below)
  if (typeof part === 'number' && inner instanceof z.ZodArray) {
    return knownKeys(inner.element, rest, Array.isArray(value) ? (value as readonly Json[])[part] : undefined)
  }
  return []
}

/** Whether a value has the words that a member of a union is told apart by. */
function isMeant(option: z.core.$ZodType, value: Json | undefined): boolean {
  const words = Object.entries(option._zod.propValues ?? {})
  return words.length > 0 && isObject(value) && words.every(([key, allowed]) => allowed.has(value[key] as string))
}

/**
 * The value without the keys that start with `x-`, wherever a schema fixes the keys of an object. Where a user chooses
 * them (names, literal values) nothing is left out. Linear; what has no such key is returned as it is.
 */
export function withoutExtensions(schema: z.core.$ZodType, value: Json): Json {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodUnion) {
    return inner.options.reduce((left: Json, option) => withoutExtensions(option, left), value)
  }
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return inner instanceof z.ZodArray ? items.map((item) => withoutExtensions(inner.element, item)) : items
  }
  if (!isObject(value)) return value
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape
    const kept = Object.entries(value).filter(([key]) => !key.startsWith('x-'))
    return Object.fromEntries(
      kept.map(([key, field]) => {
        const known = Object.hasOwn(shape, key) ? shape[key] : undefined
        return [key, known === undefined ? field : withoutExtensions(known, field)]
      }),
    )
  }
  if (inner instanceof z.ZodRecord) {
    const { valueType } = inner
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutExtensions(valueType, field)]))
  }
  return value
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema
  for (;;) {
    if (inner instanceof z.ZodOptional) inner = inner.def.innerType
    else if (inner instanceof z.ZodPipe) inner = inner.def.in
    else if (inner instanceof z.ZodLazy) inner = inner.unwrap()
    else return inner
  }
}
