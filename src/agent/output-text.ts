import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { schemaProblem } from '#agent/schema-problem.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Output } from '#core/workflow/workflow.ts'

/** What is checked is read at once. */
const maxMiB = 64
/** Deeper values overflow the stack of what reads them next. */
const maxDepth = 500

/** What is wrong with the content of a `text` or `json` output, with its place; `undefined` when it is as promised. */
export async function textProblem(path: string, bytes: number, output: Output): Promise<string | undefined> {
  if (bytes > maxMiB * 1024 ** 2) return `has ${bytes} bytes; ${output.type} is checked up to ${maxMiB} MiB: use a file`
  const content = readFileSync(path)
  if (!isUtf8(content)) return 'is not UTF-8'
  if (output.type !== 'json') return undefined
  const value = parse(content.toString())
  if (!value.ok) return `is not JSON: ${value.error}`
  if (isDeeper(value.value, maxDepth)) return `is nested more than ${maxDepth} levels deep`
  return output.schema === undefined ? undefined : await schemaProblem(output.schema, value.value)
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
