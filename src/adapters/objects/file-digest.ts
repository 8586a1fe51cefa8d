import { createHash, hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Up to this size a file is read and hashed at once; larger ones in pieces of it, so that memory stays bounded. */
const wholeBytes = 1024 * 1024

/**
 * Size and SHA-256 of an open file, read from its start. A piece is read while the one before is hashed, in memory that is used
 * again.
 */
export async function digestFile(file: FileHandle): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { size } = await file.stat()
  if (size <= wholeBytes) {
    const contents = await file.readFile()
    return { bytes: contents.byteLength, sha256: hash('sha256', contents) }
  }
  const sum = createHash('sha256')
  let present = Buffer.allocUnsafeSlow(wholeBytes)
  let next = Buffer.allocUnsafeSlow(wholeBytes)
  let bytes = 0
  let reading = file.read(present, 0, wholeBytes, 0)
  for (let piece = await reading; piece.bytesRead > 0; piece = await reading) {
    bytes += piece.bytesRead
    reading = file.read(next, 0, wholeBytes, bytes)
    sum.update(present.subarray(0, piece.bytesRead))
    const summed = present
    present = next
    next = summed
  }
  return { bytes, sha256: sum.digest('hex') }
}
