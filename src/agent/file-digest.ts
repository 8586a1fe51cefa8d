import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { sha256 } from '#core/hash.ts'

/** Files up to this size are read at once: a stream costs more than they do. */
const smallBytes = 256 * 1024

/** SHA-256 of a file, in hexadecimal digits. */
export async function fileDigest(path: string): Promise<string> {
  if (statSync(path).size <= smallBytes) return sha256(readFileSync(path))
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
