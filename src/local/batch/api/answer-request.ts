import { BatchFault } from '#local/batch/batch-fault.ts'
import type { BatchService } from '#local/batch/batch-service.ts'

/** A request as HTTP brought it. */
export interface ApiRequest {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  readonly text: string
}

const tagged = /^\/v1\/tags\/([^/?]+)$/

/** The body of the answer to a request. @throws BatchFault */
export function answerRequest({ calls, tags }: BatchService, { method, target, text }: ApiRequest): object {
  const url = new URL(target, 'http://localhost')
  const [, encodedArn] = tagged.exec(url.pathname) ?? []
  if (encodedArn !== undefined) {
    const arn = decodeURIComponent(encodedArn)
    if (method === 'GET') return tags.list(arn)
    if (method === 'POST') return tags.add(arn, parsed(text))
    if (method === 'DELETE') return tags.remove(arn, url.searchParams.getAll('tagKeys'))
  }
  const name = url.pathname.slice('/v1/'.length)
  const call =
    method === 'POST' && url.pathname.startsWith('/v1/') && Object.hasOwn(calls, name) ? calls[name] : undefined
  if (call === undefined)
    throw new BatchFault('UnknownOperationException', `${method} ${url.pathname} is not emulated here`)
  return call(parsed(text))
}

function parsed(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new BatchFault('SerializationException', error instanceof Error ? error.message : 'not JSON')
  }
}
