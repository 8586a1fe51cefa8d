import { z } from 'zod'
import type { Json } from '#core/json.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'

/** The keys that a schema knows for the object at a path, or none when a user names the keys there. */
export function knownKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  const [part, ...rest] = path
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => knownKeys(option, path))
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape
    if (part === undefined) return Object.keys(shape)
    return knownKeys(shape[part] as z.core.$ZodType, rest)
  }
  if (part !== undefined && inner instanceof z.ZodRecord) return knownKeys(inner.valueType, rest)
  return []
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
