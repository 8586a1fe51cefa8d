import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { ParsedDocument } from '#core/workflow/document/document.ts'
import { findJsonErrors, locateInJson } from '#core/workflow/document/json-places.ts'
import { TextErrors } from '#core/workflow/document/text-errors.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'

/**
 * Reads strict JSON (RFC 8259) with no key twice. The fast way is the built-in parser between two linear looks: at the
 * depth before, since other code would overflow on what it takes, and at the number of keys after, since it keeps the
 * last of equal keys in silence. Only a text with an error is scanned token by token, for its places.
 */
export function readJson(text: string): Result<ParsedDocument, readonly Diagnostic[]> {
  const outline = outlineOf(text)
  if (outline.tooDeepAt !== undefined) {
    const errors = new TextErrors(text)
    errors.add({
      code: 'WF-LIMIT',
      message: beyondLimit('the text is nested too deep', LIMITS.depth.value + 1, 'depth'),
      fix: 'nest less: no field of a workflow needs this depth',
      span: { start: outline.tooDeepAt, end: outline.tooDeepAt + 1 },
    })
    return err(errors.placed())
  }
  const value = parsed(text)
  if (value === undefined || keysIn(value) !== outline.keys) return err(findJsonErrors(text).placed())
  return ok({ value, locate: (places) => locateInJson(text, places) })
}

/** How many keys a text has, and where it passes the depth limit, by its brackets, colons and quotes alone. */
function outlineOf(text: string): { readonly keys: number; readonly tooDeepAt?: number } {
  const deepest = LIMITS.depth.value
  let depth = 0
  let keys = 0
  for (let offset = 0; offset < text.length; offset++) {
    switch (text.charCodeAt(offset)) {
      case 0x22:
        offset = endOfString(text, offset)
        break
      case 0x3a:
        keys++
        break
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) return { keys, tooDeepAt: offset }
        break
      case 0x5d:
      case 0x7d:
        depth--
        break
      default:
    }
  }
  return { keys }
}

/** The offset of the quote that ends the string that starts at `start`; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return quote
  }
  return text.length
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function keysIn(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) keys += keysIn(item)
  } else {
    const object = value as { readonly [key: string]: Json }
    for (const key in object) keys += 1 + keysIn(object[key] as Json)
  }
  return keys
}
