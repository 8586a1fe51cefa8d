import type { LogPiece } from '#contract/api/schemas/stream-schema.ts'
import { clonePrefix, logKey } from '#contract/object-keys.ts'
import { taskOf, type RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'
import type { Page } from '#ports/store.ts'

type Reads = Pick<Ports, 'store' | 'objects'>

const streams = ['stdout', 'stderr'] as const
type Stream = (typeof streams)[number]

/** Bytes of one piece. */
const pieceBytes = 64 * 1024
/** Bytes of a page: what a Lambda may answer is 6 MB, and text grows when it is escaped. */
const pageBytes = 1024 ** 2

/** Which logs are asked for. */
export interface LogFilter {
  /** A task with all its instances, or one instance. */
  readonly task?: string
  readonly attempt?: number
  readonly clone?: number
  readonly stream?: Stream
}

/** Where reading goes on: this log from this byte on, then those after it. */
interface Position {
  readonly slot: string
  readonly stream: Stream
  readonly offset: number
}

/**
 * Logs of a run one after another, by slot and stream, in pieces that end between characters. When one log alone is asked
 * for, there is a `next` until its clone has ended, so that it can be followed. `after` is the `next` of a page.
 */
export async function logPage(
  reads: Reads,
  run: RunRecord,
  options: { readonly after?: string; readonly limit: number; readonly filter: LogFilter },
): Promise<Page<LogPiece>> {
  const { filter, limit } = options
  const items: LogPiece[] = []
  let bytesLeft = pageBytes
  let last = options.after === undefined ? undefined : positionOf(options.after)
  for await (const slot of slotsFrom(reads, run.id, filter, last?.slot)) {
    if (!isAsked(slot, filter)) continue
    const key = keyOf(slot)
    for (const stream of streams) {
      if (filter.stream !== undefined && filter.stream !== stream) continue
      if (last?.slot === key && streams.indexOf(stream) < streams.indexOf(last.stream)) continue
      let offset = last?.slot === key && last.stream === stream ? last.offset : 0
      for (;;) {
        if (items.length >= limit || bytesLeft <= 0) return { items, next: wordOf({ slot: key, stream, offset }) }
        const bytes = await reads.objects.slice(logKey(clonePrefix(slot), stream), offset, pieceBytes)
        const whole = wholeCharacters(bytes ?? new Uint8Array(), isSlotTerminal(slot.state))
        if (whole.length === 0) break
        const { task, attempt, clone } = slot
        items.push({ task, attempt, clone, stream, offset, text: new TextDecoder().decode(whole) })
        offset += whole.length
        bytesLeft -= whole.length
      }
      last = { slot: key, stream, offset }
    }
  }
  const open = await stillOpen(reads, run, filter)
  return open === undefined ? { items } : { items, next: wordOf(last?.slot === open.slot ? last : open) }
}

/** The one log that is asked for, while it may grow. */
async function stillOpen(reads: Reads, run: RunRecord, filter: LogFilter): Promise<Position | undefined> {
  const { task, attempt, clone, stream } = filter
  if (task === undefined || attempt === undefined || clone === undefined || stream === undefined) return undefined
  const slot = `${task}/${attempt}/${clone}`
  const row = await reads.store.rows.get(run.id, 'slot', slot)
  const over = row === undefined ? isRunTerminal(run.state) : isSlotTerminal(row.value.state)
  return over ? undefined : { slot, stream, offset: 0 }
}

/** Slots from that one on. */
async function* slotsFrom(
  reads: Reads,
  run: RunId,
  filter: LogFilter,
  first: string | undefined,
): AsyncGenerator<SlotRecord> {
  const row = first === undefined ? undefined : await reads.store.rows.get(run, 'slot', first)
  if (row !== undefined) yield row.value
  let after = first
  do {
    const page = await reads.store.rows.list(run, 'slot', {
      prefix: filter.task ?? '',
      limit: 100,
      ...(after === undefined ? {} : { after }),
    })
    for (const { value } of page.items) yield value
    after = page.next
  } while (after !== undefined)
}

function isAsked(slot: SlotRecord, { task, attempt, clone }: LogFilter): boolean {
  if (slot.runningAtMs === null) return false
  if (task !== undefined && slot.task !== task && taskOf(slot.task) !== task) return false
  return (attempt === undefined || slot.attempt === attempt) && (clone === undefined || slot.clone === clone)
}

/** Without the first bytes of a character whose last ones are still to come. */
function wholeCharacters(bytes: Uint8Array, isAll: boolean): Uint8Array {
  const isCut = bytes.length === pieceBytes
  if (isAll && !isCut) return bytes
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return bytes
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.subarray(0, bytes.length - back) : bytes
    }
  }
  return bytes
}

function keyOf({ task, attempt, clone }: SlotRecord): string {
  return `${task}/${attempt}/${clone}`
}

function wordOf({ slot, stream, offset }: Position): string {
  return `${slot} ${stream} ${offset}`
}

function positionOf(word: string): Position {
  const [slot = '', stream = 'stdout', offset = '0'] = word.split(' ')
  return { slot, stream: stream as Stream, offset: Number(offset) }
}
