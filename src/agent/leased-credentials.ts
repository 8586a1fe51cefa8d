import { askAgain, type Patience } from '#agent/ask-again.ts'
import type { CloneApi, LeaseAnswer, LeaseRequest, ShortCredentials } from '#contract/clone-api.ts'

/** Credentials as clients of the AWS SDK take them: asked for anew once `expiration` is less than five minutes away. */
export interface ClientCredentials extends Omit<ShortCredentials, 'expiresAtMs'> {
  readonly expiration: Date
}

/** A lease, and the credentials that come with it. */
export interface LeasedCredentials {
  /** The same calls. The lease is to be taken through it; what it answers has no credentials. */
  readonly api: CloneApi
  /**
   * Credentials that hold for a while: for all clients that act for the clone. `forceRefresh`: those it has were refused.
   * @throws when no lease was granted, when it was refused since, and when the old ones have expired and nobody answered.
   */
  readonly credentials: (asked?: { readonly forceRefresh?: boolean }) => Promise<ClientCredentials>
}

/** Before they expire, credentials are renewed so long, or half of their life if that is less. */
const renewedBeforeMs = 15 * 60_000
/** So long before their end they are no longer used: a transfer has to begin with them. */
const leastLeftMs = 60_000
/** While old credentials may do, new ones are asked for this seldom. */
const triedEveryMs = 30_000
/** So long is asked for new ones once the old ones are of no use. */
const askedForS = 120
/** How early a client of the SDK thinks that credentials expire. */
const clientMarginMs = 5 * 60_000

/** What was granted last. */
interface Grant {
  readonly fence: number
  readonly given: ShortCredentials
  /** From when on new ones are asked for. */
  readonly renewAtMs: number
}

/**
 * Keeps a clone in credentials: when those it has are about to expire it asks for its lease again, by the same words, which gives the
 * same fence and new ones. However many transfers need them, one call is under way. While it is not answered they go on with what they have; a
 * refusal is final: the slot is another's by now, and nothing more is read or written for it.
 */
export function leasedCredentials(api: CloneApi, patience: Omit<Patience, 'forS'>): LeasedCredentials {
  const { clock } = patience
  let request: LeaseRequest | undefined
  let held: Grant | undefined
  let refused: string | undefined
  let asking: Promise<Grant> | undefined
  let askedAtMs = -Infinity

  const take = (answer: LeaseAnswer): Grant => {
    const found = grantOf(answer, held, clock.nowMs())
    if (typeof found === 'string') {
      refused = found
      throw new Refused(found)
    }
    held = found
    return found
  }
  const renewed = (asked: LeaseRequest): Promise<Grant> => {
    if (asking !== undefined) return asking
    askedAtMs = clock.nowMs()
    asking = api
      .lease(asked)
      .then(take)
      .finally(() => (asking = undefined))
    return asking
  }
  const current = async (forced: boolean): Promise<Grant> => {
    if (request === undefined || held === undefined) throw new Refused('no lease gave any')
    const nowMs = clock.nowMs()
    const before = held
    const asked = request
    const isDue = forced || nowMs >= before.renewAtMs
    const mayAsk = asking !== undefined || nowMs >= askedAtMs + triedEveryMs
    if (nowMs < before.given.expiresAtMs - leastLeftMs) {
      if (!isDue || !mayAsk) return before
      const renewing = renewed(asked).catch((error: unknown) => {
        if (error instanceof Refused) throw error
        return before
      })
      if (forced) return renewing
      renewing.catch(() => undefined)
      return before
    }
    const again = () =>
      renewed(asked).catch((error: unknown) => {
        // An answer, which asking again does not change.
        if (error instanceof Refused) return error
        throw error
      })
    const answer = await askAgain(again, { ...patience, forS: askedForS })
    if (answer instanceof Refused) throw answer
    return answer
  }

  return {
    api: {
      async lease(asked) {
        const answer = await api.lease(asked)
        if (!answer.granted) return answer
        request = asked
        askedAtMs = clock.nowMs()
        if (answer.credentials !== undefined) take(answer)
        const { credentials: _, ...rest } = answer
        return rest
      },
      renew: (renewal) => api.renew(renewal),
      report: (said) => api.report(said),
    },
    async credentials({ forceRefresh = false } = {}) {
      if (refused !== undefined) throw new Refused(refused)
      const { given, renewAtMs } = await current(forceRefresh)
      const { accessKeyId, secretAccessKey, sessionToken } = given
      return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(renewAtMs + clientMarginMs) }
    },
  }
}

/** What an answer gives, or why it gives nothing. */
function grantOf(answer: LeaseAnswer, before: Grant | undefined, nowMs: number): Grant | string {
  if (!answer.granted) return answer.why
  const { fence, credentials: given } = answer
  if (before !== undefined && before.fence !== fence) return 'the lease was another one'
  if (given === undefined) return 'the lease came without them'
  const renewAtMs = given.expiresAtMs - Math.min(renewedBeforeMs, (given.expiresAtMs - nowMs) / 2)
  return { fence, given, renewAtMs }
}

class Refused extends Error {
  constructor(why: string) {
    super(`credentials refused: ${why}`)
  }
}
