import type { APIGatewayProxyResult } from 'aws-lambda'
import { problemDocument } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import { err, type Result } from '#core/result.ts'

/** What a route answers when all goes well. */
export type Answer =
  | { readonly kind: 'document'; readonly body: unknown; readonly etag?: string }
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown; readonly headers?: Headers }
  | {
      readonly kind: 'bytes'
      readonly status: number
      readonly bytes: Uint8Array
      readonly mediaType: string
      readonly headers: Headers
    }
  | { readonly kind: 'text'; readonly text: string; readonly mediaType: string }
  | { readonly kind: 'empty'; readonly status: number; readonly headers?: Headers }

type Headers = Readonly<Record<string, string>>

/** A problem, with a status of its own where that of its exit code says too little. */
export interface Refusal {
  readonly problem: Problem
  readonly status?: number
  readonly headers?: Headers
}

/** What a route comes to. */
export type Outcome = Result<Answer, Refusal>

/** A refusal as an outcome. */
export function refused(problem: Problem, status?: number, headers?: Headers): Result<never, Refusal> {
  return err({ problem, ...(status === undefined ? {} : { status }), ...(headers === undefined ? {} : { headers }) })
}

/** An outcome as API Gateway takes it. `known`: the ETags of `If-None-Match`. */
export function encoded(outcome: Outcome, known: string | undefined): APIGatewayProxyResult {
  if (!outcome.ok) return encodedProblem(outcome.error)
  const answer = outcome.value
  switch (answer.kind) {
    case 'document': {
      const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
      const etag = `"${answer.etag ?? sha256(body).slice(0, 32)}"`
      const headers = { ETag: etag, 'Cache-Control': 'no-cache' }
      if (isKnown(etag, known)) return { statusCode: 304, headers: { ...always, ...headers }, body: '' }
      return { statusCode: 200, headers: { ...always, ...headers, 'Content-Type': 'application/json' }, body }
    }
    case 'json': {
      const headers = { ...always, 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...answer.headers }
      return { statusCode: answer.status, headers, body: JSON.stringify(answer.body) }
    }
    case 'bytes': {
      const etag = answer.headers['ETag']
      if (answer.status === 200 && etag !== undefined && isKnown(etag, known)) {
        return { statusCode: 304, headers: { ...always, ETag: etag }, body: '' }
      }
      return {
        statusCode: answer.status,
        headers: { ...always, ...inert, ...answer.headers, 'Content-Type': answer.mediaType },
        body: base64(answer.bytes),
        isBase64Encoded: true,
      }
    }
    case 'text': {
      const headers = { ...always, 'Content-Type': answer.mediaType, 'Cache-Control': 'no-store' }
      return { statusCode: 200, headers, body: answer.text }
    }
    case 'empty':
      return {
        statusCode: answer.status,
        headers: { ...always, 'Cache-Control': 'no-store', ...answer.headers },
        body: '',
      }
  }
}

/** A problem as API Gateway takes it. */
export function encodedProblem({ problem, status, headers }: Refusal): APIGatewayProxyResult {
  const document = problemDocument(problem, status)
  return {
    statusCode: document.status,
    headers: { ...always, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(document),
  }
}

const always: Headers = { 'X-Content-Type-Options': 'nosniff' }

/** What tasks wrote is no page of this site: it runs no script here, whatever it is. */
const inert: Headers = { 'Content-Security-Policy': "sandbox; default-src 'none'" }

function isKnown(etag: string, known: string | undefined): boolean {
  if (known === undefined) return false
  return known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** What is said of a fault that has no name. */
export function faultProblem(error: unknown): Problem {
  return {
    code: 'ENGINE-FAULT',
    message: `the control plane met a fault: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'see what its own process says',
    exitCode: 1,
  }
}
