import { z } from 'zod'
import type { Route } from '#contract/api/route.ts'

const nothing = z.strictObject({})

/** A route; what is left out is empty. */
export function route<
  const Given extends Pick<Route, 'operation' | 'method' | 'path' | 'summary' | 'write' | 'answers'> &
    Partial<Omit<Route, 'operation' | 'method' | 'path' | 'summary' | 'write' | 'answers'>>,
>(given: Given) {
  return {
    params: nothing,
    query: nothing,
    headers: z.object({}),
    problems: [],
    ...given,
  } as const satisfies Route
}

const etag = { ETag: 'Changes with the document.' }

/** Answers of a read whose document may be the same as before. */
export function document(description: string, body: z.ZodType) {
  return {
    200: { description, body, headers: etag },
    304: { description: 'As it was: `If-None-Match` names it.' },
  } as const
}

/** Headers of such a read. */
export const conditional = z.object({
  'if-none-match': z
    .string()
    .max(1_024)
    .optional()
    .meta({ description: 'ETags that are known: the same document is answered with 304.' }),
})
