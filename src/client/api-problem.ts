import type { components } from '#client/openapi-types.ts'
import type { Problem } from '#contract/problem.ts'

type ProblemDocument = components['schemas']['Problem']

/** What a status says that comes without words of its own: from a gateway, or from a service of another kind. */
const exitCodes: Readonly<Record<number, Problem['exitCode']>> = {
  400: 2,
  401: 4,
  403: 4,
  404: 3,
  409: 5,
  422: 5,
  429: 6,
  502: 6,
  503: 6,
  504: 6,
}

/** The problem that a service answered with: the one that its own command line would show. */
export function answeredProblem(url: string, status: number, body: unknown): Problem {
  if (!isProblem(body)) {
    return {
      code: `HTTP-${status}`,
      message: `${url} answered with status ${status}${wordsIn(body)}`,
      fix: status === 401 || status === 403 ? tokenHint : 'check the address: is it that of a control plane?',
      exitCode: exitCodes[status] ?? 1,
    }
  }
  const { code, detail, hint, exitCode, path, errors } = body
  return {
    code,
    message: detail,
    // The words of the service are for who writes requests.
    fix: status === 401 ? tokenHint : hint,
    exitCode,
    ...(path === undefined ? {} : { path }),
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ detail: message, hint: fix, ...placed }) => ({ ...placed, message, fix })) }),
  }
}

/** The same of an answer that was read as text. */
export async function problemOf(url: string, response: Response): Promise<Problem> {
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return answeredProblem(url, response.status, body)
}

const tokenHint =
  'set FORKCAST_TOKEN; of an engine on this machine, name its state directory with --dir; of API Gateway, use credentials ' +
  'of AWS that may call it, and under a domain of your own set FORKCAST_API_REGION'

/** What a gateway says beside its status. */
function wordsIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  const words = Object.entries(body).find(([name]) => name.toLowerCase() === 'message')?.[1] as unknown
  return typeof words === 'string' ? `: ${words}` : ''
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'exitCode' in body
}

/** Nobody took the request. */
export function unreachable(url: string, fault: unknown): Problem {
  return {
    code: 'API-UNREACHABLE',
    message: `${url} is not reached: ${wordsOf(fault)}`,
    fix: 'check --api and FORKCAST_API; `forkcast dev` serves the API of this machine',
    exitCode: 6,
  }
}

export function silent(url: string, answerMs: number): Problem {
  return {
    code: 'API-SILENT',
    message: `${url} has not answered for ${answerMs / 1_000} s`,
    fix: 'try again; `forkcast ls` tells what it did',
    exitCode: 6,
  }
}

/** What answered is no control plane, or of a version that this client does not understand. */
export function unclear(url: string): Problem {
  return {
    code: 'API-UNCLEAR',
    message: `${url} answers as no control plane that this version knows`,
    fix: 'check --api and FORKCAST_API, and whether both sides have the same version',
    exitCode: 6,
  }
}

/** The innermost reason: `fetch` wraps it. */
function wordsOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  if (fault.cause !== undefined) return wordsOf(fault.cause)
  return fault.message !== '' ? fault.message : 'code' in fault ? String(fault.code) : fault.name
}
