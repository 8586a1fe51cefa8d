import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { z } from 'zod'
import type { Route } from '#contract/api/route.ts'
import { routes, type Operation } from '#contract/api/routes.ts'
import type { Fault, Problem } from '#contract/problem.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { jsonPointer, type Path } from '#core/workflow/document/document.ts'
import { readJson } from '#core/workflow/document/json-document.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { knownKeys } from '#core/workflow/schema/schema-walk.ts'
import { refused, type Refusal } from './answer.ts'

/** A request of a route, checked. */
export interface RequestOf<O extends Operation> {
  readonly params: z.output<(typeof routes)[O]['params']>
  readonly query: z.output<(typeof routes)[O]['query']>
  readonly headers: z.output<(typeof routes)[O]['headers']>
  readonly body: (typeof routes)[O] extends { readonly body: infer B extends z.ZodType } ? z.output<B> : undefined
  /** All that headers say, in lower case. */
  readonly sent: Readonly<Record<string, string>>
}

const unknownField = 'UNKNOWN-FIELD'
/** Faults that are told of at once. */
const mostFaults = 20

/** Reads a request by the table: all that it does not know is refused, with its place and what may have been meant. */
export function readRequest<O extends Operation>(
  operation: O,
  params: Readonly<Record<string, string>>,
  event: APIGatewayProxyEvent,
): Result<RequestOf<O>, Refusal> {
  const route: Route = routes[operation]
  const faults: Fault[] = []
  const sent = headersOf(event)
  const query = queryOf(event, faults)
  const known = new Set(Object.keys(route.headers.shape))
  const headers = Object.fromEntries(Object.entries(sent).filter(([name]) => known.has(name)))
  const read = {
    params: checked(route.params, params, ['path'], faults),
    query: checked(route.query, query, ['query'], faults),
    headers: checked(route.headers, headers, ['headers'], faults),
    body: undefined as unknown,
    sent,
  }
  if (faults.length > 0) return refused(badRequest(faults))
  if (route.body !== undefined) {
    const body = readBody(route.body, event)
    if (!body.ok) return body
    read.body = body.value
  }
  return ok(read as RequestOf<O>)
}

/** Reads a JSON body as the schema wants it. */
export function readBody<S extends z.ZodType>(schema: S, event: APIGatewayProxyEvent): Result<z.output<S>, Refusal> {
  const body = bodyOf(event, headersOf(event)['content-type'])
  if (!body.ok) return body
  const faults: Fault[] = []
  const read = checked(schema, body.value, [], faults)
  return faults.length > 0 ? refused(badRequest(faults)) : ok(read as z.output<S>)
}

function checked(schema: z.ZodType, value: unknown, place: Path, faults: Fault[]): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const found = result.error.issues.flatMap((issue) => faultsOf(issue, schema, value as Json, place))
  // A field that is missing may be there under another name.
  const isUnknown = ({ code }: Fault): boolean => code === unknownField
  faults.push(...found.filter(isUnknown), ...found.filter((fault) => !isUnknown(fault)))
  return undefined
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: Json, place: Path): readonly Fault[] {
  const inner = issue.path as Path
  const path = [...place, ...inner]
  if (issue.code === 'unrecognized_keys') {
    const keys = knownKeys(schema, inner, value)
    return issue.keys.map((key) => {
      const near = didYouMean(key, keys)
      const fix =
        near !== undefined
          ? `did you mean ${quoted(near)}?`
          : keys.length === 0
            ? 'leave it out; nothing is known here'
            : `use one of ${keys.map(quoted).join(', ')}`
      return {
        code: unknownField,
        message: `${quoted(key)} is not known here`,
        fix,
        path: jsonPointer([...path, key]),
      }
    })
  }
  const name = path.length === 0 ? 'the body' : quoted(String(path.at(-1)))
  const isMissing = issue.code === 'invalid_type' && issue.message.includes('received undefined')
  return [
    {
      code: isMissing ? 'MISSING-FIELD' : 'BAD-VALUE',
      message: isMissing ? `${name} is missing` : `${name} is not what it has to be`,
      fix: expectation(issue),
      path: jsonPointer(path),
    },
  ]
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `write a value of type ${issue.expected}`
  if (issue.code === 'invalid_value')
    return `write one of ${issue.values.map((word) => quoted(String(word))).join(', ')}`
  return issue.message.startsWith('write') || issue.message.startsWith('take')
    ? issue.message
    : `mend it: ${issue.message}`
}

function badRequest(faults: readonly Fault[]): Problem {
  const [first] = faults
  if (first === undefined) throw new Error('a request was refused for nothing')
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`
  const { code, message, fix, path } = first
  return {
    code,
    message: `${message}${more}`,
    fix,
    ...(path === undefined ? {} : { path }),
    exitCode: 2,
    errors: faults.slice(0, mostFaults),
  }
}

/** All headers, in lower case. */
export function headersOf({ headers, multiValueHeaders }: APIGatewayProxyEvent): Readonly<Record<string, string>> {
  const sent: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) sent[name.toLowerCase()] = value
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    if (values !== undefined) sent[name.toLowerCase()] = values.join(', ')
  }
  return sent
}

/** What is said twice is refused: readers would differ in which one counts. */
function queryOf(event: APIGatewayProxyEvent, faults: Fault[]): Readonly<Record<string, string>> {
  const query: Record<string, string> = {}
  for (const [name, values = []] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    if (values.length > 1) {
      const path = jsonPointer(['query', name])
      faults.push({ code: 'BAD-VALUE', message: `${quoted(name)} is said twice`, fix: 'say it once', path })
    }
    Object.defineProperty(query, name, { value: values[0] ?? '', enumerable: true })
  }
  return query
}

function bodyOf(event: APIGatewayProxyEvent, mediaType: string | undefined): Result<Json, Refusal> {
  const { body, isBase64Encoded } = event
  // Said by nothing: the request has no more to say than its path.
  if (body === null || body === '') return ok({})
  if (!/^application\/json\s*(?:;|$)/i.test(mediaType ?? '')) return refused(notJson, 415)
  let text: string
  try {
    text = isBase64Encoded ? utf8.decode(Buffer.from(body, 'base64')) : body
  } catch {
    return refused({ code: 'BODY-ENCODING', message: 'the body is not UTF-8', fix: 'send UTF-8', exitCode: 2 })
  }
  const read = readJson(text)
  if (read.ok) return ok(read.value.value)
  const faults = read.error.map(({ code, message, fix, path }) => ({ code, message, fix, path }))
  return err({ problem: badRequest(faults) })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const notJson: Problem = {
  code: 'NOT-JSON',
  message: 'the body is not said to be JSON',
  fix: 'send it with `Content-Type: application/json`',
  exitCode: 2,
}
