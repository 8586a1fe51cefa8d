import { crc32 } from 'node:zlib'
import { stateDamaged } from '#adapters/local/sqlite-error.ts'

/**
 * The sum that is stored beside a text, over the text and what names it: SQLite itself does not notice a bit that turned in
 * a value. It tells damage, not malice.
 */
export function sealOf(text: string, ...name: readonly (string | number)[]): number {
  return crc32(text, crc32(JSON.stringify(name)))
}

/** What a sealed text holds. @throws a problem that names the file when it is not what was written. */
export function unseal(file: string, text: string, sum: number, ...name: readonly (string | number)[]): unknown {
  if (sealOf(text, ...name) !== sum) throw stateDamaged(file, `${name.join(' ')} is not as it was written`)
  return JSON.parse(text)
}
