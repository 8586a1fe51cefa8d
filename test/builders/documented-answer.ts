import { commonProblems, type Route } from '#contract/api/route.ts'
import { matchRoute, routes } from '#contract/api/routes.ts'
import { problemSchema } from '#contract/api/schemas/problem-schema.ts'

/** An answer as it came over the wire. */
export interface SentAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What of an answer is not in the table of routes; nothing when it keeps to it. */
export function undocumented(method: string, path: string, { status, headers, body }: SentAnswer): string | undefined {
  const match = matchRoute(method, path)
  const type = headers['content-type']
  if (status >= 400) {
    if (status >= 500 && status !== 503) return `${status}: ${body}`
    if (type !== 'application/problem+json') return `a problem as ${type}`
    const problem = problemSchema.safeParse(JSON.parse(body))
    if (!problem.success) return `a problem of another shape: ${problem.error.message}`
    if (problem.data.status !== status) return `a problem that says ${problem.data.status}`
    if (match.kind === 'none') return status === 404 || status === 403 ? undefined : `${status} where nothing is`
    if (match.kind === 'other-method') return status === 405 || status === 403 ? undefined : `${status}, not 405`
    const { problems }: Route = routes[match.operation]
    return [...commonProblems, ...problems].includes(status) ? undefined : `${status} is not documented`
  }
  if (match.kind !== 'route') return `${status} where nothing is`
  const answer = (routes[match.operation] as Route).answers[status]
  if (answer === undefined) return `${status} is not documented`
  for (const name of Object.keys(answer.headers ?? {})) {
    if (headers[name.toLowerCase()] === undefined) return `no header ${name}`
  }
  if (type === undefined) return body === '' ? undefined : 'a body of no type'
  if (type === 'application/json' && answer.body !== undefined && answer.bytes?.includes(type) !== true) {
    const parsed = answer.body.safeParse(JSON.parse(body))
    return parsed.success ? undefined : `another shape: ${parsed.error.message}`
  }
  return answer.bytes?.includes(type) === true ? undefined : `the type ${type} is not documented`
}
