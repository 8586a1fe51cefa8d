import { createHash, hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Up to this size a file is read and hashed at once; larger ones are streamed, so that memory stays bounded. */
const wholeBytes = 1024 * 1024

/** Size and SHA-256 of an open file, read from its start. */
export async function digestFile(file: FileHandle): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { size } = await file.stat()
  if (size <= wholeBytes) {
    const contents = await file.readFile()
    return { bytes: contents.byteLength, sha256: hash('sha256', contents) }
  }
  const sum = createHash('sha256')
  let bytes = 0
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, highWaterMark: wholeBytes })) {
    const part = chunk as Buffer
    sum.update(part)
    bytes += part.byteLength
  }
  return { bytes, sha256: sum.digest('hex') }
}
