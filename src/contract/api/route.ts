import type { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PUT'

/** What an answer of one status holds. Without `body` it holds nothing; with `bytes` anything of that media type. */
export interface Answer {
  readonly description: string
  readonly body?: z.ZodType
  /** Media types of a body that is no JSON. */
  readonly bytes?: readonly string[]
  /** Headers that are always there, with what they say. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One thing that may be asked of a control plane: all that is checked and told about it. */
export interface Route {
  /** Its name in the generated client. */
  readonly operation: string
  readonly method: Method
  /** `{name}` stands for one part of the path. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Changes something, or lets it: needs the token. */
  readonly write: boolean
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly headers: z.ZodObject
  /** JSON. */
  readonly body?: z.ZodType
  /** Bytes of any kind. */
  readonly takesBytes?: true
  readonly answers: Readonly<Record<number, Answer>>
  /** Problems that it may answer, beyond those that every route may. */
  readonly problems: readonly number[]
}

/** Problems that any route may answer: a faulty request, a foreign host, a fault, an engine that ends. */
export const commonProblems = [400, 403, 500, 503] as const

/** What each status of a problem means here. */
export const problemWords: Readonly<Record<number, string>> = {
  400: 'The request is not understood, or what it says is wrong; `path` tells where.',
  401: 'The token is missing, or is another engine’s.',
  403: 'The request comes from another host or site, or asks for what is not allowed.',
  404: 'There is none.',
  405: 'The path takes other methods; `Allow` names them.',
  409: 'Not in the state that it is in, or the same key is at work.',
  411: 'A body needs a length.',
  413: 'The body is too long.',
  415: 'The body is of another media type.',
  416: 'The range is outside of the content.',
  422: 'The idempotency key was used with another request.',
  500: 'A fault; its words say what to do when there is something.',
  503: 'The engine is ending: nothing was done; ask again.',
}
