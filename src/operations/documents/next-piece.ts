import { type LogLine, wholeCharacters } from '#contract/log-line.ts'
import { clonePrefix, logKey } from '#contract/object-keys.ts'
import { isSlotTerminal, type SlotRecord, type SlotState } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** Where logs are read. On one machine they are objects from their first byte on. */
export interface LogReads extends Pick<Ports, 'store' | 'objects'> {
  readonly liveLogs?: LiveLogs
}

export type Stream = LogLine['stream']

/** Bytes of one piece. */
const pieceBytes = 64 * 1024

/**
 * The next piece of a clone's log from a byte on, which ends between characters; `undefined`: there is none, or none yet. It is that of
 * its last lease. The log that is stored counts. Until there is one, and for ever where a clone could not store it, what its job has said live does.
 */
export async function nextPiece(
  { objects, liveLogs }: LogReads,
  slot: SlotRecord,
  stream: Stream,
  offset: number,
): Promise<Pick<LogLine, 'offset' | 'bytes' | 'text'> | undefined> {
  const isOver = isSlotTerminal(slot.state)
  const stored = await objects.slice(logKey(clonePrefix(slot, slot.fence), stream), offset, pieceBytes)
  if (stored !== undefined) {
    const isWhole = isOver && stored.length < pieceBytes
    const piece = isWhole ? stored : wholeCharacters(stored)
    return piece.length === 0 ? undefined : { offset, bytes: piece.length, text: new TextDecoder().decode(piece) }
  }
  if (liveLogs === undefined || slot.job === null || (isOver && hasStored(slot))) return undefined
  return liveLogs.next(slot.job, { fence: slot.fence, stream }, offset)
}

/** Whoever reports a claim or a failure has stored its logs before, and an empty log is none. */
function hasStored({ state, bill }: SlotRecord): boolean {
  return !unstored.has(state) && bill !== null && bill.times.runningS !== null
}

const unstored: ReadonlySet<SlotState> = new Set<SlotState>(['lost', 'cancelled', 'fenced'])
