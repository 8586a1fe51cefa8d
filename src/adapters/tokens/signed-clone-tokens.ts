import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { slotSchema } from '#contract/clone-requests.ts'
import type { CloneTokens } from '#ports/clone-tokens.ts'

/** A secret that signs tokens. The id is public, and stays with the secret. */
export interface TokenKey {
  readonly id: string
  /** At least 32 random bytes. */
  readonly secret: Uint8Array
}

/** Of a slot with the longest of names. */
const longestToken = 2048
const leastSecretBytes = 32

const claimsSchema = z.strictObject({
  slot: slotSchema,
  job: z.string().min(1),
  expiresAtMs: z.int().positive(),
})

/**
 * Tokens of the form `fct1.<key id>.<claims>.<MAC>`: claims are JSON, the MAC is HMAC-SHA-256 of all that is before it, both in
 * base64url. They are signed, not sealed: who has one can read it. The first key signs, all of them are believed: put a new key
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
  return {
    issue(claims) {
      const signed = `${version}.${current.id}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      return `${signed}.${macOf(signed, current)}`
    },
    read(token, nowMs) {
      if (token.length > longestToken) return undefined
      const [form, id, said, mac, ...more] = token.split('.')
      if (form !== version || said === undefined || mac === undefined || more.length > 0) return undefined
      const key = keys.find((candidate) => candidate.id === id)
      if (key === undefined || !isEqual(mac, macOf(`${form}.${id}.${said}`, key))) return undefined
      // Whoever has the key wrote this; an older version may have, in another form.
      const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(said, 'base64url').toString()))
      return claims.success && nowMs < claims.data.expiresAtMs ? claims.data : undefined
    },
  }
}

const version = 'fct1'

function macOf(text: string, { secret }: TokenKey): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** Compares texts, not what they decode to, so that a token has one spelling; in the same time wherever they differ. */
function isEqual(said: string, right: string): boolean {
  const [a, b] = [Buffer.from(said), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
