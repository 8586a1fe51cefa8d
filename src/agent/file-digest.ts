import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { sha256 } from '#core/hash.ts'

/** Files up to this size are read at once: a stream costs more than they do. */
const smallBytes = 256 * 1024
const pieceBytes = 1024 ** 2

/** SHA-256 of a file, in hexadecimal digits. A piece is read while the one before is hashed, in memory that is used again. */
export async function fileDigest(path: string): Promise<string> {
  if (statSync(path).size <= smallBytes) return sha256(readFileSync(path))
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    let present = Buffer.allocUnsafeSlow(pieceBytes)
    let next = Buffer.allocUnsafeSlow(pieceBytes)
    let reading = file.read(present)
    for (let piece = await reading; piece.bytesRead > 0; piece = await reading) {
      reading = file.read(next)
      hash.update(present.subarray(0, piece.bytesRead))
      const hashed = present
      present = next
      next = hashed
    }
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}
