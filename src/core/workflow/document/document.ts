import type { Json } from '#core/json.ts'

/** The keys and indices that lead from the top of a document to a value. */
export type Path = readonly (string | number)[]

/** A place by meaning: the value at a path, or the key that names it. */
export interface Place {
  readonly path: Path
  readonly at: 'key' | 'value'
}

/** A place by text: from `start` up to, not including, `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * A text that was read: plain JSON values with no key twice and no key that could reach a prototype, and the way back
 * from a place to the text. A document made by code has no text, hence no spans.
 */
export interface ParsedDocument {
  readonly value: Json
  /** The spans of many places at once, in their order; where a path leads nowhere, its nearest parent's. */
  readonly locate: (places: readonly Place[]) => readonly (Span | undefined)[]
}

/** RFC 6901. */
export function jsonPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
