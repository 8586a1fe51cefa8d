import {
  Composer,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type CST,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
} from 'yaml'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { ParsedDocument, Path, Place, Span } from '#core/workflow/document/document.ts'
import { isForbiddenKey } from '#core/workflow/document/forbidden-key.ts'
import { TextErrors, type TextError } from '#core/workflow/document/text-errors.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'

/**
 * Reads YAML 1.2 (core schema), only the part of it that is JSON written differently: no anchors, aliases, tags, merge
 * keys, directives or second documents. Tokens are looked at one by one before a tree is made, so depth, aliases and
 * size are refused at once: the library composes by recursion, and its own check for equal keys is quadratic.
 */
export function readYaml(text: string): Result<ParsedDocument, readonly Diagnostic[]> {
  const errors = new TextErrors(text)
  const document = compose(text, errors)
  if (errors.count > 0) return err(errors.placed())
  const root = document?.contents ?? null
  const value = toJson(root, [], errors)
  if (errors.count > 0) return err(errors.placed())
  return ok({ value, locate: (places) => places.map((place) => locate(root, place)) })
}

function compose(text: string, errors: TextErrors): Document.Parsed | undefined {
  const lexer = new Lexer()
  const parser = new Parser()
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const documents: Document.Parsed[] = []
  let tokens = 0
  let broken = 0
  let isScalarText = false
  const offer = (token: CST.Token) => {
    if (token.type === 'error') broken++
    documents.push(...composer.next(token))
  }
  for (const lexeme of lexer.lex(text)) {
    const { offset } = parser
    if (++tokens > LIMITS.yamlTokens.value) {
      errors.add({
        code: 'WF-LIMIT',
        message: beyondLimit('the YAML is too long', tokens, 'yamlTokens'),
        fix: 'write the workflow as JSON, which is read about 50 times faster',
        span: { start: offset, end: offset + 1 },
      })
      return undefined
    }
    if (!isScalarText) refuseFeature(lexeme, offset, errors)
    isScalarText = lexeme === SCALAR_FOLLOWS
    for (const token of parser.next(lexeme)) offer(token)
    // What follows is not looked at: it is either another document, or has lost its meaning.
    if (documents.length > 1 || broken > LIMITS.diagnostics.value) break
    if (parser.stack.length > LIMITS.depth.value + 1) {
      errors.add({
        code: 'WF-LIMIT',
        message: beyondLimit('the text is nested too deep', parser.stack.length - 1, 'depth'),
        fix: 'nest less: no field of a workflow needs this depth',
        span: { start: offset, end: offset + 1 },
      })
      return undefined
    }
    if (errors.count >= LIMITS.diagnostics.value) return undefined
  }
  for (const token of parser.end()) offer(token)
  documents.push(...composer.end())
  const [first, second] = documents
  if (second !== undefined) {
    errors.add({
      code: 'WF-YAML-FEATURE',
      message: 'the text holds more than one YAML document',
      fix: 'keep one workflow a file, and remove the `---` between them',
      span: { start: second.range[0], end: second.range[0] + 3 },
    })
  }
  for (const problem of [...(first?.errors ?? []), ...(first?.warnings ?? [])]) errors.add(describeProblem(problem))
  return first
}

function describeProblem({ code, message, pos: [start, end] }: YAMLError): TextError {
  if (code === 'NON_STRING_KEY') {
    const fix = 'write the key as a word, or in quotes'
    return { code: 'WF-YAML-FEATURE', message: 'a key is a list or a map', fix, span: { start, end } }
  }
  return {
    code: 'WF-SYNTAX',
    message: `not well-formed YAML: ${message}`,
    fix:
      code === 'TAB_AS_INDENT'
        ? 'indent with spaces'
        : 'correct the YAML at this place; quote text that holds `: `, ` #` or starts with a sign',
    span: { start, end },
  }
}

/** The lexer's mark that the next token is the text of a plain or block scalar, whatever it starts with. */
const SCALAR_FOLLOWS = '\u001f'

function refuseFeature(lexeme: string, offset: number, errors: TextErrors): void {
  const feature = YAML_FEATURES[lexeme.charAt(0)]
  if (feature === undefined) return
  errors.add({
    code: 'WF-YAML-FEATURE',
    message: `${feature.name} ${quoted(lexeme)} is not allowed`,
    fix: feature.fix,
    span: { start: offset, end: offset + lexeme.length },
  })
}

const YAML_FEATURES: Readonly<Record<string, { readonly name: string; readonly fix: string }>> = {
  '&': {
    name: 'the anchor',
    fix: 'put what tasks have in common under `defaults`; quote the text if it starts with `&`',
  },
  '*': {
    name: 'the alias',
    fix: 'put what tasks have in common under `defaults`; quote the text if it starts with `*`',
  },
  '!': { name: 'the tag', fix: 'remove the tag; quote the text if it starts with `!`' },
  '%': { name: 'the directive', fix: 'remove the line: the text is read as YAML 1.2' },
}

/** A node that has no errors: keys are text, there are no aliases, and the core schema makes JSON only. */
function toJson(node: Node | null, path: Path, errors: TextErrors): Json {
  if (isSeq<Node>(node)) return node.items.map((item, index) => toJson(item, [...path, index], errors))
  if (!isMap<Scalar<string>, Node | null>(node)) return isScalar<Json>(node) ? node.value : null
  const object: Record<string, Json> = {}
  for (const { key, value } of node.items) {
    const name = key.value
    const span = (spanOf(key) ?? spanOf(node)) as Span
    const place = [...path, name]
    if (name === '<<') {
      errors.add({
        code: 'WF-YAML-FEATURE',
        message: 'the merge key `<<` is not allowed',
        fix: 'put what tasks have in common under `defaults`',
        path: place,
        span,
      })
    } else if (isForbiddenKey(name)) errors.addForbiddenKey(name, place, span)
    else if (Object.hasOwn(object, name)) errors.addDuplicateKey(name, place, span)
    else object[name] = toJson(value, place, errors)
  }
  return object
}

function locate(root: Node | null, { path, at }: Place): Span | undefined {
  let node: Node | null = root
  let span = spanOf(root)
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1
    if (isMap<Scalar<string>, Node | null>(node)) {
      const pair: Pair<Scalar<string>, Node | null> | undefined = node.items.find(({ key }) => key.value === part)
      if (pair === undefined) return span
      span = spanOf(pair.key) ?? span
      if (isLast && at === 'value' && isScalar(pair.value)) return spanOf(pair.value) ?? span
      node = pair.value
    } else if (isSeq<Node>(node) && typeof part === 'number') {
      node = node.items[part] ?? null
      span = spanOf(node) ?? span
    } else return span
  }
  return span
}

/** An empty value has an empty range: then the place before it, its key, is the better one to show. */
function spanOf(node: Node | null): Span | undefined {
  const range = node?.range
  if (range === undefined || range === null || range[1] <= range[0]) return undefined
  return { start: range[0], end: range[1] }
}
