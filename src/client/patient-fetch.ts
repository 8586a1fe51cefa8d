import { setTimeout as sleep } from 'node:timers/promises'
import { silent, unreachable } from '#client/api-problem.ts'
import { ProblemError } from '#contract/problem.ts'

/** How a request is asked. */
export interface Manner {
  /** How often at most. */
  readonly tries?: number
  /** The body is handed on as it comes; without, an answer that breaks off is asked for again. */
  readonly streamed?: boolean
}

/**
 * Asks until there is an answer. Every request is one that may be carried out twice: what was lost, an engine that ends and a
 * service that is busy are asked again.
 * @throws ProblemError: no answer came (6).
 */
export type PatientFetch = (make: () => Request | Promise<Request>, manner?: Manner) => Promise<Response>

/** Puts on a request what opens the service. */
export type Authorise = (request: Request) => Promise<void>

export interface PatientFetchOptions {
  /** Where the service is: requests to it alone are authorised. */
  readonly url: string
  readonly authorise: Authorise | undefined
  /** Ends all that is asked, and every pause. */
  readonly closing: AbortSignal
  /** How long an answer may take to begin, where it is not streamed. */
  readonly answerMs: number
  /** Takes as long as it says. */
  readonly pause: (ms: number) => Promise<void>
}

/** Tries of a request, and of one that follows a run. */
export const usualTries = 5
export const followingTries = 20

const firstPauseMs = 200
const longestPauseMs = 5_000
/** A service that asks for more is not waited for. */
const longestAskedPauseMs = 30_000
/** A request is sent on so often. */
const mostRedirects = 5

export function patientFetch({ url, authorise, closing, answerMs, pause }: PatientFetchOptions): PatientFetch {
  const below = `${url}/`

  /** Where content is elsewhere, nothing goes along that opens the service: it would be told to others, and links refuse it. */
  async function sent(first: Request, init: RequestInit): Promise<Response> {
    let request = first
    for (let redirects = 0; ; redirects += 1) {
      const isOurs = authorise !== undefined && request.url.startsWith(below)
      const response = await fetch(request, isOurs ? { ...init, redirect: 'manual' } : init)
      const to = isOurs && request.method === 'GET' ? redirectOf(response, request.url) : undefined
      if (to === undefined || redirects === mostRedirects) return response
      await response.body?.cancel()
      request = new Request(to)
      if (to.startsWith(below)) await authorise?.(request)
    }
  }

  async function once(request: Request, streamed: boolean): Promise<Response> {
    // Without a window, a body that no redirect may ask for again is not kept.
    if (streamed) return sent(request, { signal: closing, window: null })
    const response = await sent(request, { signal: AbortSignal.any([closing, AbortSignal.timeout(answerMs)]) })
    const body = await response.arrayBuffer()
    const { status, headers } = response
    return new Response(body.byteLength === 0 ? null : body, { status, headers })
  }

  return async (make, { tries = usualTries, streamed = false } = {}) => {
    for (let tried = 1; ; tried += 1) {
      const request = await make()
      if (request.url.startsWith(below)) await authorise?.(request)
      let response: Response | undefined
      let fault: unknown
      try {
        response = await once(request, streamed)
      } catch (error) {
        closing.throwIfAborted()
        fault = error
      }
      const askedMs = response === undefined ? 0 : await pauseAskedBy(response)
      if (response !== undefined && askedMs === undefined) return response
      if (tried >= tries || (askedMs ?? 0) > longestAskedPauseMs) {
        if (response !== undefined) return response
        throw new ProblemError(isTimeout(fault) ? silent(url, answerMs) : unreachable(url, fault), { cause: fault })
      }
      if (streamed) await response?.body?.cancel()
      await pause(Math.max(askedMs ?? 0, jitteredMs(tried)))
    }
  }
}

/** A pause that an abort ends with its error. */
export function pauseUntil(closing: AbortSignal): PatientFetchOptions['pause'] {
  return (ms) => sleep(ms, undefined, { signal: closing })
}

/** Somewhere below a time that doubles with each try, so that many clients do not come back together. */
export function jitteredMs(tried: number): number {
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (tried - 1))
}

const busy: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** How long a service wants to be left alone before it is asked again; `undefined`: this is its answer. */
async function pauseAskedBy(response: Response): Promise<number | undefined> {
  if (busy.has(response.status)) return 1_000 * (Number(response.headers.get('retry-after') ?? 0) || 0)
  if (response.status !== 409) return undefined
  // The same request is at work: its answer was lost, or is on its way.
  return (await response.clone().text()).includes('"KEY-AT-WORK"') ? firstPauseMs : undefined
}

/** Where an answer says that it is; `undefined`: it is here. */
function redirectOf({ status, headers }: Response, from: string): string | undefined {
  const location = headers.get('location')
  return status >= 300 && status < 400 && location !== null ? new URL(location, from).href : undefined
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}
