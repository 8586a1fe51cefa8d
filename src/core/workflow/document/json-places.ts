import type { Place, Span } from '#core/workflow/document/document.ts'
import { scanJson } from '#core/workflow/document/json-scanner.ts'
import { TextErrors } from '#core/workflow/document/text-errors.ts'
import { quoted } from '#core/workflow/quoted.ts'

/** Every key that a JSON text gives twice, and its first syntax error. Linear. */
export function findJsonErrors(text: string): TextErrors {
  const errors = new TextErrors(text)
  const seen: Set<string>[] = []
  const syntaxError = scanJson(text, {
    key: (key, path, span) => {
      const depth = path.length
      seen.length = Math.min(seen.length, depth + 1)
      const siblings = (seen[depth] ??= new Set())
      if (siblings.has(key)) errors.addDuplicateKey(key, [...path], span)
      siblings.add(key)
    },
    value: (path) => {
      seen.length = Math.min(seen.length, path.length + 1)
    },
  })
  if (syntaxError !== undefined) {
    const { expected, span } = syntaxError
    const found = span.start >= text.length ? 'the end of the text' : quoted(text.slice(span.start, span.end))
    errors.add({
      code: 'WF-SYNTAX',
      message: `not well-formed JSON: expected ${expected}, found ${found}`,
      fix: 'correct the JSON at this place',
      span,
    })
  }
  return errors
}

/**
 * The spans of places in a well-formed JSON text, in one pass for all of them: a tree of the wanted paths is walked
 * along with the text. A place that is not there has the span of its nearest parent. O(text + places).
 */
export function locateInJson(text: string, places: readonly Place[]): readonly (Span | undefined)[] {
  const root = wantedTree(places)
  const wanted: (Wanted | undefined)[] = [root]
  scanJson(text, {
    key: (key, path, span) => {
      const node = wanted[path.length - 1]?.children.get(key)
      wanted[path.length] = node
      if (node !== undefined) node.keySpan = span
    },
    value: (path, span) => {
      const last = path.at(-1)
      const node = typeof last === 'number' ? wanted[path.length - 1]?.children.get(last) : wanted[path.length]
      if (node !== undefined) node.valueSpan = span
    },
    item: (index, path) => {
      wanted[path.length] = wanted[path.length - 1]?.children.get(index)
    },
  })
  return places.map(({ path, at }) => {
    let node = root
    let span = node.valueSpan
    for (const [depth, part] of path.entries()) {
      const child = node.children.get(part)
      if (child?.valueSpan === undefined) return span
      const isScalar = !/^[[{]/.test(text.charAt(child.valueSpan.start))
      const wantsValue = at === 'value' && depth === path.length - 1 && isScalar
      span = wantsValue ? child.valueSpan : (child.keySpan ?? child.valueSpan)
      node = child
    }
    return span
  })
}

interface Wanted {
  readonly children: Map<string | number, Wanted>
  keySpan?: Span
  valueSpan?: Span
}

function wantedTree(places: readonly Place[]): Wanted {
  const root: Wanted = { children: new Map() }
  for (const { path } of places) {
    let node = root
    for (const part of path) {
      const child = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, child)
      node = child
    }
  }
  return root
}
