import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { packedTable, type PackedFrame } from '#adapters/objects/packed-table.ts'
import { DamagedObject } from '#ports/damaged-object.ts'

/** Content of a frame: what is read of a packed object at once is one of them. */
export const frameBytes = 1024 ** 2

/** Blocks that are packed at once, while the frames before them are on their way. */
const framesAtOnce = 4

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** The fastest: what a higher level saves of a transfer it takes longer to find. */
const fastest = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
}

/**
 * Packs blocks of at most {@link frameBytes} as Zstandard's seekable format: frames, each with a checksum, that are unpacked
 * one by one, and a table of them at the end. Any program for Zstandard unpacks it.
 */
export async function* packed(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const sizes: { stored: number; bytes: number }[] = []
  const underWay: Promise<Uint8Array>[] = []
  const pack = async (block: Uint8Array): Promise<Uint8Array> => {
    const size = { stored: 0, bytes: block.byteLength }
    sizes.push(size)
    const frame = await packBlock(block)
    size.stored = frame.byteLength
    return frame
  }
  for await (const block of blocks) {
    const frame = pack(block)
    // It is waited for in its turn, or by nobody when one before it fails.
    frame.catch(() => undefined)
    underWay.push(frame)
    if (underWay.length === framesAtOnce) yield await (underWay.shift() as Promise<Uint8Array>)
  }
  for (const frame of underWay) yield await frame
  yield packedTable(sizes)
}

/** The same of contents that are in memory. */
export async function packedWhole(contents: Uint8Array): Promise<Uint8Array> {
  const blocks = async function* () {
    for (let at = 0; at < contents.byteLength; at += frameBytes) yield contents.subarray(at, at + frameBytes)
  }
  const parts: Uint8Array[] = []
  for await (const part of packed(blocks())) parts.push(part)
  return Buffer.concat(parts)
}

/** One block as a frame of its own. */
export async function packBlock(block: Uint8Array): Promise<Uint8Array> {
  return compress(block, { params: fastest, pledgedSrcSize: block.byteLength, chunkSize: frameBytes })
}

/** The content of a frame. @throws DamagedObject when it is not what its checksum and the table say. */
export async function unpacked(key: string, frame: PackedFrame, bytes: Uint8Array): Promise<Uint8Array> {
  if (frame.bytes === 0) return new Uint8Array()
  try {
    const content = await decompress(bytes, { maxOutputLength: frame.bytes, chunkSize: Math.max(frame.bytes, 64) })
    if (content.byteLength === frame.bytes) return content
  } catch (error) {
    throw new DamagedObject(key, `a frame of it can't be unpacked (${(error as Error).message})`)
  }
  throw new DamagedObject(key, 'a frame of it is shorter than its table says')
}
