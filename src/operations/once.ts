import { requestKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** A request that is carried out once, however often it is sent. */
export interface OnceRequest {
  readonly tenant: string
  /** What is asked for, such as `POST /workflows`. */
  readonly scope: string
  /** The sender's own. */
  readonly key: string
  /** All that it says. */
  readonly said: unknown
  /** What it is about; the first request under the key decides. */
  readonly about: string
}

/** What a request under a key comes to, each time. */
export interface Once {
  /** The id of the run that it makes, if it makes one. */
  readonly runId: RunId
  readonly about: string
}

/**
 * Takes a key for a request, or finds it taken by the same one. What is kept is one small object a key, for as long as
 * runs are: the run's id follows from the key, so its row is the answer. The error: another request has the key.
 */
export async function takeKey(
  objects: Pick<ObjectStore, 'read' | 'writeOnce'>,
  { tenant, scope, key, said, about }: OnceRequest,
): Promise<Result<Once, Problem>> {
  const name = sha256(JSON.stringify([tenant, scope, key]))
  const place = requestKey(name)
  const runId = parseRunId(`run_${name.slice(0, 32)}`)
  if (runId === undefined) throw new Error(`no run id follows from ${name}`)
  const request = sha256(canonicalBytes(said))
  if ((await objects.writeOnce(place, canonicalBytes({ about, request }))) === 'written') return ok({ runId, about })
  const kept = JSON.parse(new TextDecoder().decode(await objects.read(place))) as {
    readonly about: string
    readonly request: string
  }
  return kept.request === request ? ok({ runId, about: kept.about }) : err(otherRequest)
}

const otherRequest: Problem = {
  code: 'KEY-REUSED',
  message: 'the idempotency key was used with another request',
  fix: 'take a new key for a new request',
  exitCode: 5,
}
