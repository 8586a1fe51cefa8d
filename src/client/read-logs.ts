import { documentOf, patiently, valueOf, type Api } from '#client/api.ts'
import { listedEvents } from '#client/follow-events.ts'
import { readRun } from '#client/read-run.ts'
import type { LogChunk } from '#contract/control-plane.ts'
import { taskOf } from '#core/run/ids.ts'
import { isRunTerminal } from '#core/run/run.ts'

const pageLimit = 200
/** How often logs are looked at again, which no event tells of. */
const pollMs = 500

/** One log, and how far it has been read. */
interface OpenLog {
  readonly of: Pick<LogChunk, 'task' | 'attempt' | 'clone' | 'stream'>
  cursor: string | undefined
}

/** Logs that are there now, one after another. */
export async function* listedLogs(api: Api, run: string, task: string | undefined): AsyncGenerator<LogChunk> {
  const asked = task === undefined ? {} : { task }
  let cursor: string | undefined
  do {
    const { chunks, next } = await logPage(api, run, { ...asked, ...(cursor === undefined ? {} : { cursor }) })
    yield* chunks
    cursor = next
  } while (cursor !== undefined)
}

/** Logs as they grow, until the run is over, or nobody works on it. Which clones are at work is told by events. */
export async function* followedLogs(given: Api, run: string, task: string | undefined): AsyncGenerator<LogChunk> {
  const api = patiently(given)
  const open = new Set<OpenLog>()
  const known = new Set<string>()
  let last: string | undefined
  let idle = 0
  for (;;) {
    // Asked for before all else: what a run that is over has left behind is whole.
    const { state } = valueOf(await readRun(api, run, { tasks: false }))
    for await (const { cursor, type, id } of listedEvents(api, run, last)) {
      last = cursor
      // Of a slot that is leased again, the same cursor leads on to the logs of that lease.
      if (type !== 'slot.leased' || known.has(id)) continue
      known.add(id)
      for (const log of logsOf(id, task)) open.add(log)
    }
    for (const log of open) yield* grown(api, run, log, () => open.delete(log))
    // An engine may hand over to another one.
    idle = state === 'interrupted' ? idle + 1 : 0
    if (idle === 3 || (state !== 'interrupted' && isRunTerminal(state))) return
    await api.pause(pollMs)
  }
}

/** What a log has gained; `ended` is called once it will gain nothing more. */
async function* grown(api: Api, run: string, log: OpenLog, ended: () => void): AsyncGenerator<LogChunk> {
  for (;;) {
    const page = await logPage(api, run, { ...log.of, ...(log.cursor === undefined ? {} : { cursor: log.cursor }) })
    yield* page.chunks
    if (page.next === undefined) return ended()
    log.cursor = page.next
    if (page.chunks.length === 0) return
  }
}

async function logPage(
  api: Api,
  run: string,
  query: Partial<OpenLog['of']> & { readonly cursor?: string },
): Promise<{ readonly chunks: readonly LogChunk[]; readonly next: string | undefined }> {
  const params = { path: { id: run }, query: { ...query, limit: pageLimit } }
  const { logs, nextCursor } = valueOf(await documentOf(api, 'logs', api.typed.GET('/runs/{id}/logs', { params })))
  const chunks = logs.map(({ task, attempt, clone, stream, text }) => ({ task, attempt, clone, stream, text }))
  return { chunks, next: nextCursor }
}

/** Both logs of a clone of the task, or of any when none is named. */
function logsOf(slot: string, wanted: string | undefined): readonly OpenLog[] {
  const [, task = '', attempt, clone] = /^(.*)\/(\d+)\/(\d+)$/.exec(slot) ?? []
  if (wanted !== undefined && task !== wanted && taskOf(task) !== wanted) return []
  const of = { task, attempt: Number(attempt), clone: Number(clone) }
  return (['stdout', 'stderr'] as const).map((stream) => ({ of: { ...of, stream }, cursor: undefined }))
}
