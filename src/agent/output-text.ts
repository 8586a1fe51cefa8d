import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { schemaProblem } from '#agent/schema-problem.ts'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Output } from '#core/workflow/workflow.ts'

/** What is checked is read at once. */
const maxMiB = 64
/** Sorting and writing it again takes 20 times its size. */
const maxComparedMiB = 16
/** Deeper values overflow the stack of what reads them next. */
const maxDepth = 500

/** How contents are looked at. */
export interface TextChecks {
  /** Whether JSON is hashed in canonical form. */
  readonly canonical: boolean
  /** Whether an error may quote the content: it may hold a part of a secret. */
  readonly quoting: boolean
}

/** Checks a `text` or `json` output. The error says what is wrong and where; the value is the canonical hash, if asked for. */
export async function checkText(
  path: string,
  bytes: number,
  output: Output,
  checks: TextChecks,
): Promise<Result<string | undefined, string>> {
  const isCompared = checks.canonical && output.type === 'json'
  const limitMiB = isCompared ? maxComparedMiB : maxMiB
  if (bytes > limitMiB * 1024 ** 2) {
    const what = isCompared ? 'json that is compared with other results' : output.type
    return err(`has ${bytes} bytes; ${what} is checked up to ${limitMiB} MiB: use a file`)
  }
  const content = readFileSync(path)
  if (!isUtf8(content)) return err('is not UTF-8')
  if (output.type !== 'json') return ok(undefined)
  const parsed = parse(content.toString())
  if (!parsed.ok) return err(`is not JSON: ${checks.quoting ? parsed.error : withoutQuote(parsed.error)}`)
  const { value } = parsed
  if (isDeeper(value, maxDepth)) return err(`is nested more than ${maxDepth} levels deep`)
  const problem = output.schema === undefined ? undefined : await schemaProblem(output.schema, value)
  if (problem !== undefined) return err(problem)
  return isCompared ? hashOf(value) : ok(undefined)
}

/** JSON has texts for more than can be compared: numbers too great, and halves of characters. */
function hashOf(value: Json): Result<string, string> {
  try {
    return ok(canonicalHash(value))
  } catch (error) {
    return err(`has no canonical form (RFC 8785): ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The parser's message without the piece of text in it, which is cut where no secret would be recognised. */
function withoutQuote(message: string): string {
  return message.endsWith('is not valid JSON') ? 'it has an unexpected character' : message
}

function parse(text: string): Result<Json, string> {
  if (text.trim() === '') return err('it is empty')
  try {
    return ok(JSON.parse(text) as Json)
  } catch (error) {
    return err(error instanceof Error ? withPlace(text, error.message) : String(error))
  }
}

/** The parser's message; some of them name no place, and the end is one. */
function withPlace(text: string, message: string): string {
  const given = /position (\d+)/.exec(message)?.[1]
  const position = given === undefined ? text.length : Number(given)
  if (message.includes('(line') || (given === undefined && !message.includes('end of JSON'))) return message
  const before = text.slice(0, position).split('\n')
  return `${message} (line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`
}

function isDeeper(value: Json, levels: number): boolean {
  let level: readonly Json[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values<Json>(item) : []))
  }
  return false
}
