import type { Path, Span } from '#core/workflow/document/document.ts'

/** What a scan meets, in the order of the text. `path` changes under the reader's hands: copy what is kept. */
export interface JsonVisitor {
  /** A key of an object; `path` ends in it. */
  readonly key?: (key: string, path: Path, span: Span) => void
  /** An item of an array begins; `path` ends in its index. */
  readonly item?: (index: number, path: Path) => void
  /** A value ends; `span` holds it whole. */
  readonly value?: (path: Path, span: Span) => void
}

/** Where a text stops being JSON, and what was expected there. */
export interface JsonSyntaxError {
  readonly expected: string
  readonly span: Span
}

/** Goes through a JSON text token by token with a stack of its own. Returns the first syntax error. Linear. */
export function scanJson(text: string, visitor: JsonVisitor): JsonSyntaxError | undefined {
  const path: (string | number)[] = []
  const starts: number[] = []
  let offset = skipSpace(text, 0)
  let expects: Expects = 'a value'
  for (;;) {
    const start = offset
    const sign = text.charAt(start)
    switch (expects) {
      case 'a value':
      case 'a value or `]`': {
        if (sign === ']' && expects === 'a value or `]`') {
          path.pop()
          offset = start + 1
          expects = closeValue(offset)
          break
        }
        if (typeof path.at(-1) === 'number') visitor.item?.(path.at(-1) as number, path)
        starts.push(start)
        if (sign === '{' || sign === '[') {
          path.push(sign === '{' ? '' : 0)
          offset = start + 1
          expects = sign === '{' ? 'a key or `}`' : 'a value or `]`'
          break
        }
        const end = endOfScalar(text, start)
        if (end === undefined) return wrong(expects)
        offset = end
        expects = closeValue(end)
        break
      }
      case 'a key':
      case 'a key or `}`': {
        if (sign === '}' && expects === 'a key or `}`') {
          path.pop()
          offset = start + 1
          expects = closeValue(offset)
          break
        }
        const end = sign === '"' ? endOfString(text, start) : undefined
        if (end === undefined) return wrong(expects)
        const key = JSON.parse(text.slice(start, end)) as string
        path[path.length - 1] = key
        visitor.key?.(key, path, { start, end })
        offset = end
        expects = '`:`'
        break
      }
      case '`:`':
        if (sign !== ':') return wrong(expects)
        offset = start + 1
        expects = 'a value'
        break
      case '`,` or `}`':
        if (sign !== ',' && sign !== '}') return wrong(expects)
        offset = start + 1
        if (sign === ',') expects = 'a key'
        else {
          path.pop()
          expects = closeValue(offset)
        }
        break
      case '`,` or `]`':
        if (sign !== ',' && sign !== ']') return wrong(expects)
        offset = start + 1
        if (sign === ',') {
          path[path.length - 1] = (path.at(-1) as number) + 1
          expects = 'a value'
        } else {
          path.pop()
          expects = closeValue(offset)
        }
        break
      case 'the end':
        return start < text.length ? wrong(expects) : undefined
    }
    offset = skipSpace(text, offset)
  }

  function closeValue(end: number): Expects {
    visitor.value?.(path, { start: starts.pop() as number, end })
    if (path.length === 0) return 'the end'
    return typeof path.at(-1) === 'number' ? '`,` or `]`' : '`,` or `}`'
  }

  function wrong(expected: Expects): JsonSyntaxError {
    return { expected, span: { start: offset, end: Math.min(text.length, offset + 1) } }
  }
}

type Expects = 'a value' | 'a value or `]`' | 'a key' | 'a key or `}`' | '`:`' | '`,` or `}`' | '`,` or `]`' | 'the end'

function skipSpace(text: string, start: number): number {
  let offset = start
  for (;;) {
    const unit = text.charCodeAt(offset)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return offset
    offset++
  }
}

function endOfScalar(text: string, start: number): number | undefined {
  if (text.charAt(start) === '"') return endOfString(text, start)
  const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
  scalar.lastIndex = start
  return scalar.test(text) ? scalar.lastIndex : undefined
}

function endOfString(text: string, start: number): number | undefined {
  for (let offset = start + 1; offset < text.length; offset++) {
    const unit = text.charCodeAt(offset)
    if (unit === 0x22) return offset + 1
    if (unit < 0x20) return undefined
    if (unit === 0x5c) {
      const escape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y
      escape.lastIndex = offset + 1
      if (!escape.test(text)) return undefined
      offset = escape.lastIndex - 1
    }
  }
  return undefined
}
