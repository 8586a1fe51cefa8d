import createClient, { type Client } from 'openapi-fetch'
import { answeredProblem, unclear } from '#client/api-problem.ts'
import type { operations, paths } from '#client/openapi-types.ts'
import {
  followingTries,
  patientFetch,
  pauseUntil,
  type Authorise,
  type PatientFetch,
  type PatientFetchOptions,
} from '#client/patient-fetch.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** How a service is asked. */
export interface ApiOptions {
  /** Where it is; paths of the API are below. */
  readonly url: string
  readonly token?: string | undefined
  /** Opens it otherwise than by a token. */
  readonly authorise?: Authorise
  /** @default 60 s */
  readonly answerMs?: number
  /** @default the time that it says */
  readonly pause?: PatientFetchOptions['pause']
}

/** The API of a service, with the types of its document. */
export interface Api {
  readonly url: string
  readonly typed: Client<paths, 'application/json'>
  /** For what is no JSON. */
  readonly fetch: PatientFetch
  /** An address that an answer names, relative to the API. */
  readonly at: (href: string) => string
  readonly pause: PatientFetchOptions['pause']
  readonly closing: AbortSignal
  readonly close: () => void
}

/** Longer than an answer to who follows is held back, and than a gateway waits for one. */
const defaultAnswerMs = 60_000

export function openApi({ url: given, token, answerMs = defaultAnswerMs, pause, ...options }: ApiOptions): Api {
  const url = given.replace(/\/+$/, '')
  const authorise = options.authorise ?? (token === undefined ? undefined : byToken(token))
  const controller = new AbortController()
  const { signal: closing } = controller
  const patience = pause ?? pauseUntil(closing)
  const asked = patientFetch({ url, authorise, closing, answerMs, pause: patience })
  return {
    url,
    typed: typedClient(url, (request) => asked(() => request.clone())),
    fetch: asked,
    at: (href) => (href.startsWith('/') ? `${url}${href}` : href),
    pause: patience,
    closing,
    close: () => controller.abort(),
  }
}

function byToken(token: string): Authorise {
  return async (request) => request.headers.set('authorization', `Bearer ${token}`)
}

/** The same, for who follows a run: it waits longer for a service that is away for a while. */
export function patiently(api: Api): Api {
  const fetch: PatientFetch = (make, manner) => api.fetch(make, { tries: followingTries, ...manner })
  return { ...api, fetch, typed: typedClient(api.url, (request) => fetch(() => request.clone())) }
}

function typedClient(baseUrl: string, fetch: (request: Request) => Promise<Response>): Api['typed'] {
  return createClient<paths, 'application/json'>({ baseUrl, fetch })
}

/** The JSON of a route's answer 200, where the route has other answers too. */
export type JsonOf<O extends 'listEvents' | 'getOutput'> =
  operations[O]['responses'][200]['content']['application/json']

/** What a call comes to. */
export type Answered<T> = Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>

/** The document of an answer, which has that field, or the problem that it is or that stood in its way. */
export async function documentOf<T extends object>(
  { url, closing }: Api,
  field: keyof T & string,
  call: Answered<T>,
): Promise<Result<T, Problem>> {
  try {
    const { data, error, response } = await call
    if (!response.ok) return err(answeredProblem(url, response.status, error))
    return typeof data === 'object' && field in data ? ok(data) : err(unclear(url))
  } catch (error) {
    closing.throwIfAborted()
    if (error instanceof ProblemError) return err(error.problem)
    // No JSON.
    if (error instanceof SyntaxError) return err(unclear(url))
    throw error
  }
}

/** The value of a result, where a problem can only be told. @throws ProblemError */
export function valueOf<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new ProblemError(result.error)
  return result.value
}
