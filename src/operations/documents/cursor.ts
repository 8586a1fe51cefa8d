import { sha256 } from '#core/hash.ts'

/**
 * A store's cursor as it is given out: in letters that a URL takes, and with a sum that ties it to its list. So what comes
 * back changed, cut or from another list never reaches a store.
 */
export function sealCursor(list: string, cursor: string): string {
  const letters = btoa(String.fromCharCode(...new TextEncoder().encode(cursor)))
  return `${letters.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.${sumOf(list, cursor)}`
}

/** The store's cursor; `undefined` when it was not given out for this list. */
export function openCursor(list: string, sealed: string): string | undefined {
  const [letters = '', sum] = sealed.split('.')
  const cursor = decoded(letters)
  return cursor !== undefined && sumOf(list, cursor) === sum ? cursor : undefined
}

function decoded(letters: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function sumOf(list: string, cursor: string): string {
  return sha256(`${list}\0${cursor}`).slice(0, 8)
}
