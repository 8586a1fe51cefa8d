import { isUtf8 } from 'node:buffer'
import { createReadStream, readFileSync } from 'node:fs'
import { schemaProblem } from '#agent/schema-problem.ts'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { JsonReader } from '#core/race/json-reader.ts'
import { err, ok, type Result } from '#core/result.ts'
import { beyondLimit, LIMITS, type LimitName } from '#core/workflow/limits.ts'
import type { Output } from '#core/workflow/workflow.ts'

/** Up to here a text is read at once: several times as fast, and errors have a line and a column. */
const atOnceBytes = 64 * 1024 ** 2
const pieceBytes = 1024 ** 2
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
  const limit = limitOf(output, isCompared)
  if (bytes > LIMITS[limit].value) return err(`${beyondLimit('is too large', bytes, limit)}: use a file`)
  if (bytes > atOnceBytes) return output.type === 'json' ? await readJson(path) : await readText(path)
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

/** What one output may have: the least of what the checks that it needs can take. */
function limitOf(output: Output, isCompared: boolean): LimitName {
  if (isCompared) return 'comparedBytes'
  return output.type === 'json' && output.schema !== undefined ? 'schemaBytes' : 'textBytes'
}

/** Reads a JSON text through, in bounded memory. It has to have a canonical form, and no string of more than 1 MiB. */
async function readJson(path: string): Promise<Result<undefined, string>> {
  const reader = new JsonReader(piecesOf(path))
  for (let event = reader.next(); event !== 'the end of the text'; event = reader.next()) {
    if (event === 'more') await reader.fill()
    else if (event === 'wrong') return err(`is not JSON: ${reader.problem}`)
  }
  return ok(undefined)
}

async function readText(path: string): Promise<Result<undefined, string>> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of piecesOf(path)) decoder.decode(piece, { stream: true })
    decoder.decode()
  } catch (error) {
    if (error instanceof TypeError) return err('is not UTF-8')
    throw error
  }
  return ok(undefined)
}

function piecesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>
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
