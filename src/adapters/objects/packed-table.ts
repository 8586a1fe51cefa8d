import { DamagedObject } from '#ports/damaged-object.ts'

/** A frame of a packed object: where it is stored, and the content that it holds. */
export interface PackedFrame {
  readonly start: number
  readonly end: number
  /** Of the content. */
  readonly offset: number
  readonly bytes: number
}

/** What a reader unpacks at once, of whoever packed it. */
const maxFrameBytes = 16 * 1024 ** 2

const headerBytes = 8
const entryBytes = 8
const footerBytes = 9
const skippableMagic = 0x184d2a5e
const seekableMagic = 0x8f92eab1

/** The table at the end of a packed object, as Zstandard's seekable format has it: a frame that decoders skip. */
export function packedTable(frames: readonly { readonly stored: number; readonly bytes: number }[]): Uint8Array {
  const table = Buffer.alloc(headerBytes + frames.length * entryBytes + footerBytes)
  table.writeUInt32LE(skippableMagic, 0)
  table.writeUInt32LE(table.length - headerBytes, 4)
  for (const [index, { stored, bytes }] of frames.entries()) {
    table.writeUInt32LE(stored, headerBytes + index * entryBytes)
    table.writeUInt32LE(bytes, headerBytes + index * entryBytes + 4)
  }
  const footer = table.length - footerBytes
  table.writeUInt32LE(frames.length, footer)
  table.writeUInt32LE(seekableMagic, footer + 5)
  return table
}

/** How many bytes the table has, as the end of an object says. @throws DamagedObject when it is no such end. */
export function packedTableBytes(key: string, tail: Uint8Array): number {
  const footer = viewOf(tail.subarray(-footerBytes))
  if (footer.byteLength < footerBytes || footer.getUint32(5, true) !== seekableMagic) {
    throw new DamagedObject(key, 'its table does not end as one')
  }
  return headerBytes + footer.getUint32(0, true) * entryBytes + footerBytes
}

/**
 * The frames of an object of `stored` bytes, whose content has `bytes`, by its table. @throws DamagedObject when these
 * contradict.
 */
export function packedFrames(key: string, table: Uint8Array, stored: number, bytes: number): readonly PackedFrame[] {
  const view = viewOf(table)
  const damaged = (why: string): never => {
    throw new DamagedObject(key, `its table ${why}`)
  }
  if (view.getUint32(0, true) !== skippableMagic || view.getUint32(4, true) !== table.byteLength - headerBytes) {
    damaged('does not begin as one')
  }
  if (view.getUint8(table.byteLength - 5) !== 0) damaged('is of another kind')
  const frames: PackedFrame[] = []
  let start = 0
  let offset = 0
  for (let at = headerBytes; at < table.byteLength - footerBytes; at += entryBytes) {
    const frame = { start, end: start + view.getUint32(at, true), offset, bytes: view.getUint32(at + 4, true) }
    if (frame.bytes > maxFrameBytes || frame.end - start > 2 * maxFrameBytes) damaged('has a frame that is too large')
    frames.push(frame)
    start = frame.end
    offset += frame.bytes
  }
  if (start + table.byteLength !== stored || offset !== bytes) damaged('is not of this object')
  return frames
}

/** Frames that hold content from `from` to `to`, in their order; O(log n) and as many as there are. */
export function framesBetween(frames: readonly PackedFrame[], from: number, to: number): readonly PackedFrame[] {
  let low = 0
  let high = frames.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const frame = frames[middle] as PackedFrame
    if (frame.offset + frame.bytes <= from) low = middle + 1
    else high = middle
  }
  const found: PackedFrame[] = []
  for (let at = low; (frames[at]?.offset ?? to) < to; at += 1) found.push(frames[at] as PackedFrame)
  return found
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
