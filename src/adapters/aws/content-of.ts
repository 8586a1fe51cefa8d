import { framesOf, storedRange, type OpenObject } from '#adapters/aws/open-object.ts'
import { readRange } from '#adapters/aws/read-range.ts'
import { unpacked } from '#adapters/objects/packed-form.ts'
import type { PackedFrame } from '#adapters/objects/packed-table.ts'
import { DamagedObject } from '#ports/damaged-object.ts'

/** What is asked for at once, and is in memory until it is used. */
export const partBytes = 4 * 1024 ** 2

/** How often a frame is asked for that is damaged: it may have been so on the way. */
const maxTries = 3

/** Stored bytes that follow one another, and what content they hold. */
export interface Part {
  readonly start: number
  readonly end: number
  /** Of a packed object. */
  readonly frames: readonly PackedFrame[]
}

/** Content, and where it begins in the whole. */
export interface Piece {
  readonly offset: number
  readonly content: Uint8Array
}

/** The parts of an object: of {@link partBytes} as they are stored, but for the first that came already. */
export async function partsOf(object: OpenObject): Promise<readonly Part[]> {
  if (object.isPacked) return partsOfFrames(await framesOf(object))
  const { stored, first } = object
  const parts: Part[] = first.byteLength === 0 ? [] : [{ start: 0, end: first.byteLength, frames: [] }]
  for (let start = first.byteLength; start < stored; start += partBytes) {
    parts.push({ start, end: Math.min(start + partBytes, stored), frames: [] })
  }
  return parts
}

/** Frames that follow one another, as many a part as fit into it. */
export function partsOfFrames(frames: readonly PackedFrame[]): readonly Part[] {
  const parts: { start: number; end: number; frames: PackedFrame[] }[] = []
  for (const frame of frames) {
    const last = parts.at(-1)
    if (last !== undefined && frame.end - last.start <= partBytes) {
      last.frames.push(frame)
      last.end = frame.end
    } else parts.push({ start: frame.start, end: frame.end, frames: [frame] })
  }
  return parts
}

/**
 * The content of a part, a frame at a time; what is in memory meanwhile is in `into`. @throws DamagedObject for a frame that is
 * damaged each time it is asked for.
 */
export async function* contentOfPart(
  object: OpenObject,
  { start, end, frames }: Part,
  into?: Uint8Array,
): AsyncGenerator<Piece, void> {
  const stored = await storedRange(object, start, end, into)
  if (!object.isPacked) yield { offset: start, content: stored }
  for (const frame of frames) {
    const content = await contentOfFrame(object, frame, stored.subarray(frame.start - start, frame.end - start))
    yield { offset: frame.offset, content }
  }
}

/** The content of an object from its start to its end. */
export async function* contentOf(object: OpenObject): AsyncGenerator<Uint8Array, void> {
  for (const part of await partsOf(object)) for await (const { content } of contentOfPart(object, part)) yield content
}

async function contentOfFrame({ version }: OpenObject, frame: PackedFrame, stored: Uint8Array): Promise<Uint8Array> {
  for (let tries = 1, bytes = stored; ; tries += 1) {
    try {
      return await unpacked(version.place.Key, frame, bytes)
    } catch (error) {
      if (!(error instanceof DamagedObject) || tries === maxTries) throw error
      bytes = await readRange(version, frame.start, frame.end)
    }
  }
}
