import { BatchServiceException } from '@aws-sdk/client-batch'
import { fullJitter } from '#adapters/aws/full-jitter.ts'

/** Tries of one call; with full jitter, some 8 seconds. */
export const maxTries = 20

const throttles: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])

/**
 * What a call of Batch that failed came to. `throttled`: nothing was done. `unclear`: it may have been done. `refused`: it never will
 * be.
 */
export function failureOf(error: unknown): 'throttled' | 'unclear' | 'refused' {
  if (!(error instanceof Error)) return 'refused'
  const { name } = error
  const status = error instanceof BatchServiceException ? error.$metadata.httpStatusCode : undefined
  if (throttles.has(name) || status === 429) return 'throttled'
  if (status !== undefined) return status >= 500 ? 'unclear' : 'refused'
  return lost.has(name) || 'code' in error ? 'unclear' : 'refused'
}

/** Errors of a connection, or of an answer that was cut off, beside those of Node, which have a `code`. */
const lost: ReadonlySet<string> = new Set(['AbortError', 'RequestTimeout', 'SyntaxError', 'TimeoutError'])

/** Makes a call that may be made twice again, until it is answered. */
export async function repeated<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (failureOf(error) === 'refused' || tries === maxTries) throw error
      await fullJitter(tries)
    }
  }
}
