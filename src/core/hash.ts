import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** SHA-256 of bytes, or of a text in UTF-8, in 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * A JSON value in its one canonical form (RFC 8785), in UTF-8: equal values have equal bytes, whatever the order of
 * their keys. Keys that are `undefined` are left out. @throws on what JSON cannot carry, which is a bug of the caller.
 */
export function canonicalBytes(value: unknown): Uint8Array {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('a value without a JSON form has no canonical one')
  return new TextEncoder().encode(text)
}

/** SHA-256 of the canonical form of a JSON value. */
export function canonicalHash(value: unknown): string {
  return sha256(canonicalBytes(value))
}

/** A hash of a text for names and shards: the same today, tomorrow and on every machine. */
export function stableHash(text: string): string {
  return sha256(text)
}
