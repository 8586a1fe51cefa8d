import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'

/** Files up to this size are read at once: a stream costs more than they do. */
const smallBytes = 256 * 1024

/** SHA-256 of a file, in hexadecimal digits. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  if (statSync(path).size <= smallBytes) return hash.update(readFileSync(path)).digest('hex')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
