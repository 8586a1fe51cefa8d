import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Links } from '../../lambdas/api/api-ports.ts'

/** How long a link to content works. */
const linkMs = 15 * 60_000

/** What a link that this engine made leads to. */
export interface LinkedObject {
  readonly key: string
  readonly mediaType: string
}

/** Links as an object store signs them: who has one may read what it leads to, and nothing else. */
export interface SignedLinks extends Links {
  /** The start of the path of links to read. */
  readonly prefix: string
  /** What such a path leads to; `undefined` when it was not made here, or is too old. */
  read(path: string): LinkedObject | undefined
}

export function signedLinks(token: string): SignedLinks {
  const prefix = '/downloads/'
  const sign = (letters: string): Buffer => createHmac('sha256', token).update(letters).digest()
  return {
    prefix,
    put: async ({ sha256 }) => ({ url: `/uploads/${sha256}`, headers: {} }),
    async get({ key, mediaType }) {
      const letters = Buffer.from(JSON.stringify([key, mediaType, Date.now() + linkMs])).toString('base64url')
      return `${prefix}${letters}.${sign(letters).toString('base64url')}`
    },
    read(path) {
      const [letters = '', signature = ''] = path.slice(prefix.length).split('.')
      const given = Buffer.from(signature, 'base64url')
      const right = sign(letters)
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
      const [key, mediaType, untilMs] = JSON.parse(Buffer.from(letters, 'base64url').toString()) as [
        string,
        string,
        number,
      ]
      return Date.now() < untilMs ? { key, mediaType } : undefined
    },
  }
}
