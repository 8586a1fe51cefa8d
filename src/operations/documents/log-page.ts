import type { LogPiece } from '#contract/api/schemas/stream-schema.ts'
import { taskOf, type RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import { type LogReads, nextPiece, type Stream } from '#operations/documents/next-piece.ts'
import type { LiveLogs } from '#ports/live-logs.ts'
import type { Page } from '#ports/store.ts'

const streams = ['stdout', 'stderr'] as const

/** Bytes of a page: what a Lambda may answer is 6 MB, and text grows when it is escaped. */
const pageBytes = 1024 ** 2

/** Jobs that one page looks at live: each takes some calls, and a page must be answered in time. */
const jobsAtOnce = 20

/** Which logs are asked for. */
export interface LogFilter {
  /** A task with all its instances, or one instance. */
  readonly task?: string
  readonly attempt?: number
  readonly clone?: number
  readonly stream?: Stream
}

/** Where reading goes on: this log from this byte on, then those after it. Another lease has another log. */
interface Position {
  readonly slot: string
  readonly fence: number
  readonly stream: Stream
  readonly offset: number
}

/**
 * Logs of a run one after another, by slot and stream, in pieces that end between characters. When one log alone is asked
 * for, there is a `next` until its clone has ended, so that it can be followed. `after` is the `next` of a page.
 */
export async function logPage(
  given: LogReads,
  run: RunRecord,
  options: { readonly after?: string; readonly limit: number; readonly filter: LogFilter },
): Promise<Page<LogPiece>> {
  const { filter, limit } = options
  const { reads, live } = counting(given)
  const items: LogPiece[] = []
  let bytesLeft = pageBytes
  let last = options.after === undefined ? undefined : positionOf(options.after)
  for await (const slot of slotsFrom(reads, run.id, filter, last?.slot)) {
    if (!isAsked(slot, filter)) continue
    const key = keyOf(slot)
    const { fence } = slot
    for (const stream of streams) {
      if (filter.stream !== undefined && filter.stream !== stream) continue
      if (last?.slot === key && streams.indexOf(stream) < streams.indexOf(last.stream)) continue
      let offset = last?.slot === key && last.stream === stream && last.fence === fence ? last.offset : 0
      for (;;) {
        if (items.length >= limit || bytesLeft <= 0 || live.size > jobsAtOnce) {
          return { items, next: wordOf({ slot: key, fence, stream, offset }) }
        }
        const piece = await nextPiece(reads, slot, stream, offset)
        if (piece === undefined) break
        const { task, attempt, clone } = slot
        items.push({ task, attempt, clone, stream, offset: piece.offset, text: piece.text })
        offset = piece.offset + piece.bytes
        bytesLeft -= piece.bytes
      }
      last = { slot: key, fence, stream, offset }
    }
  }
  const open = await stillOpen(reads, run, filter)
  return open === undefined ? { items } : { items, next: wordOf(last?.slot === open.slot ? last : open) }
}

/** The same reads, and the jobs that were looked at live. */
function counting(reads: LogReads): { readonly reads: LogReads; readonly live: ReadonlySet<string> } {
  const { liveLogs } = reads
  const live = new Set<string>()
  if (liveLogs === undefined) return { reads, live }
  const next: LiveLogs['next'] = (job, log, offset) => {
    live.add(job)
    return liveLogs.next(job, log, offset)
  }
  return { reads: { ...reads, liveLogs: { next } }, live }
}

/** The one log that is asked for, while it may grow. */
async function stillOpen(reads: LogReads, run: RunRecord, filter: LogFilter): Promise<Position | undefined> {
  const { task, attempt, clone, stream } = filter
  if (task === undefined || attempt === undefined || clone === undefined || stream === undefined) return undefined
  const slot = `${task}/${attempt}/${clone}`
  const row = await reads.store.rows.get(run.id, 'slot', slot)
  const over = row === undefined ? isRunTerminal(run.state) : isSlotTerminal(row.value.state)
  return over ? undefined : { slot, fence: row?.value.fence ?? 0, stream, offset: 0 }
}

/** Slots from that one on. */
async function* slotsFrom(
  reads: LogReads,
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

function keyOf({ task, attempt, clone }: SlotRecord): string {
  return `${task}/${attempt}/${clone}`
}

function wordOf({ slot, fence, stream, offset }: Position): string {
  return `${slot} ${stream} ${offset} ${fence}`
}

function positionOf(word: string): Position {
  const [slot = '', stream = 'stdout', offset = '0', fence = '0'] = word.split(' ')
  return { slot, fence: Number(fence), stream: stream as Stream, offset: Number(offset) }
}
