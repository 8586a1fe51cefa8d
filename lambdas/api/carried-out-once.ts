import type { Problem } from '#contract/problem.ts'
import type { RunId } from '#core/run/ids.ts'
import { takeKey } from '#operations/once.ts'
import { refused, type Outcome } from './answer.ts'
import type { ApiContext } from './api-ports.ts'

/** A request that may have a key under which it is carried out once. */
export interface KeyedRequest {
  readonly scope: string
  readonly key: string | undefined
  readonly said: unknown
  readonly about: string
}

/** Carries out a request; under a key that is at work, or was used with other words, it is refused instead. */
export async function carriedOutOnce(
  { tenant, objects, atWork }: ApiContext,
  { scope, key, said, about }: KeyedRequest,
  act: (once: { readonly about: string; readonly runId?: RunId }) => Promise<Outcome>,
): Promise<Outcome> {
  if (key === undefined) return act({ about })
  const name = JSON.stringify([tenant, scope, key])
  if (atWork.has(name)) return refused(inFlight, 409)
  atWork.add(name)
  try {
    const once = await takeKey(objects, { tenant, scope, key, said, about })
    return once.ok ? await act(once.value) : refused(once.error, 422)
  } finally {
    atWork.delete(name)
  }
}

const inFlight: Problem = {
  code: 'KEY-AT-WORK',
  message: 'a request with this idempotency key is at work',
  fix: 'ask again in a moment; the answer will be that of the first',
  exitCode: 5,
}
