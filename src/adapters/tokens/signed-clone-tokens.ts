import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { slotSchema } from '#contract/clone-requests.ts'
import { memberAt } from '#core/dispatch/array-members.ts'
import { childJob } from '#core/dispatch/job-names.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { ArrayClaims, CloneClaims, CloneTokens } from '#ports/clone-tokens.ts'

/** A secret that signs tokens. The id is public, and stays with the secret. */
export interface TokenKey {
  readonly id: string
  /** At least 32 random bytes. */
  readonly secret: Uint8Array
}

/** Of an array with the longest list of members, or of a slot with the longest of names. */
const longestToken = 8192
const leastSecretBytes = 32

const claimsSchema = z.strictObject({
  slot: slotSchema,
  job: z.string().min(1),
  expiresAtMs: z.int().positive(),
})

const arraySchema = z.strictObject({
  array: z.string().min(1),
  run: z.string().transform(parseRunId),
  members: z.string().min(1),
  expiresAtMs: z.int().positive(),
})

/**
 * Tokens of the form `fct1.<key id>.<claims>.<MAC>`, and of arrays `fca1.<key id>.<claims>.<MAC>.<index>`: claims are JSON, the MAC is
 * HMAC-SHA-256 of all that is before it, both in base64url. The index is not signed, since whoever has the token of an array may speak for
 * each of its clones: their jobs have nothing else to tell who they are. They are signed, not sealed: who has one can read it. The first key signs, all of them are believed: put a new key
 * first, and take the old one out once what it signed has expired.
 * @throws on a key that is too short, on ids that are equal or not plain, and without a key.
 */
export function signedCloneTokens(keys: readonly TokenKey[]): CloneTokens {
  const [current] = keys
  if (current === undefined) throw new Error('no key signs tokens')
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error('two keys have one id')
  for (const { id, secret } of keys) {
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) throw new Error('the id of a key is up to 32 letters, digits, - and _')
    if (secret.byteLength < leastSecretBytes) throw new Error(`key ${id} has less than ${leastSecretBytes} bytes`)
  }
  const signed = (form: Form, claims: CloneClaims | ArrayClaims): string => {
    const text = `${form}.${current.id}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    return `${text}.${macOf(text, current)}`
  }
  return {
    issue: (claims) => signed('fct1', claims),
    issueToArray: (claims) => signed('fca1', claims),
    read(token, nowMs) {
      if (token.length > longestToken) return undefined
      const [form, id, said, mac, index, ...more] = token.split('.')
      if (said === undefined || mac === undefined || more.length > 0) return undefined
      const key = keys.find((candidate) => candidate.id === id)
      if (key === undefined || !isEqual(mac, macOf(`${form}.${id}.${said}`, key))) return undefined
      // Whoever has the key wrote this; an older version may have, in another form.
      const text = Buffer.from(said, 'base64url').toString()
      const claims =
        form === 'fct1' && index === undefined ? ofClone(text) : form === 'fca1' ? ofChild(text, index) : undefined
      return claims !== undefined && nowMs < claims.expiresAtMs ? claims : undefined
    },
  }
}

/** Of a clone's own token, and of an array's. */
type Form = 'fct1' | 'fca1'

function ofClone(text: string): CloneClaims | undefined {
  const claims = claimsSchema.safeParse(JSON.parse(text))
  return claims.success ? claims.data : undefined
}

function ofChild(text: string, said: string | undefined): CloneClaims | undefined {
  const claims = arraySchema.safeParse(JSON.parse(text))
  if (!claims.success || said === undefined || !/^(?:0|[1-9]\d{0,4})$/.test(said)) return undefined
  const { array, run, members, expiresAtMs } = claims.data
  const index = Number(said)
  const member = memberAt(members, index)
  if (run === undefined || member == null) return undefined
  return { slot: { run, ...member }, job: childJob({ array, index }), expiresAtMs }
}

function macOf(text: string, { secret }: TokenKey): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** Compares texts, not what they decode to, so that a token has one spelling; in the same time wherever they differ. */
function isEqual(said: string, right: string): boolean {
  const [a, b] = [Buffer.from(said), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
