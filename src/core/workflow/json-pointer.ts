import type { Json } from '#core/json.ts'

/** Whether a text is a JSON pointer (RFC 6901); the empty one leads to the value itself. */
export function isJsonPointer(text: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(text)
}

/** What a JSON pointer leads to; nothing where that is not there. Linear in the pointer. */
export function pointedAt(value: Json, pointer: string): Json | undefined {
  let found: Json = value
  for (const part of pointer.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    // A list has keys besides its items, such as `length`, which JSON knows nothing of.
    if (!Object.hasOwn(found, key) || (Array.isArray(found) && key === 'length')) return undefined
    found = (found as { readonly [key: string]: Json })[key] as Json
  }
  return found
}
