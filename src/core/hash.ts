import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** SHA-256 of bytes, or of a text in UTF-8, in 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A SHA-256 of content that comes in parts. */
export function sha256OfParts(): { readonly add: (part: Uint8Array) => void; readonly digest: () => string } {
  const hash = createHash('sha256')
  return { add: (part) => void hash.update(part), digest: () => hash.digest('hex') }
}

/**
 * A JSON value in its one canonical form (RFC 8785), in UTF-8: equal values have equal bytes, whatever the order of
 * their keys. Keys that are `undefined` are left out. @throws on what JSON cannot carry, which is a bug of the caller.
 */
export function canonicalBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalText(value))
}

/** SHA-256 of the canonical form of a JSON value. */
export function canonicalHash(value: unknown): string {
  return sha256(canonicalText(value))
}

/** A hash of a text for names and shards: the same today, tomorrow and on every machine. */
export function stableHash(text: string): string {
  return sha256(text)
}

/**
 * RFC 8785 is what `JSON.stringify` writes, with keys in order of their UTF-16 code units and no half characters, which
 * it would write as escapes. What is in order is written natively, several times faster than by the library, which does
 * the rest.
 */
function canonicalText(value: unknown): string {
  const written = isInOrder(value) ? JSON.stringify(value) : undefined
  const text = written === undefined || written.includes('\\ud') ? canonicalize(value) : written
  if (text === undefined) throw new Error('a value without a JSON form has no canonical one')
  return text
}

/** Whether all keys are in order, and all numbers such as JSON has. */
function isInOrder(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item !== 'string' && !isInOrder(item)) return false
    return true
  }
  let previous = ''
  for (const key in value) {
    if (key < previous) return false
    const item: unknown = value[key as keyof typeof value]
    if (typeof item !== 'string' && !isInOrder(item)) return false
    previous = key
  }
  return true
}
