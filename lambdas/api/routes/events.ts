import { longestHoldS, pageLimits } from '#contract/api/run-routes.ts'
import type { EventDocument } from '#contract/run-document.ts'
import { ok } from '#core/result.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { sealCursor } from '#operations/documents/cursor.ts'
import { eventDocument } from '#operations/documents/event-document.ts'
import { readRun } from '#operations/read-run.ts'
import type { ListedEvent, Page } from '#ports/store.ts'
import type { Outcome } from '../answer.ts'
import type { ApiPorts } from '../api-ports.ts'
import type { RequestOf } from '../read-request.ts'
import { afterOf, nextOf, runOf } from './runs.ts'

/** How soon a client comes back once an answer has ended. */
const comeBackMs = 250

/** A page of events, or, for an EventSource, a piece of the stream of them. */
export async function listEvents(ports: ApiPorts, request: RequestOf<'listEvents'>): Promise<Outcome> {
  const { params, query, headers, sent } = request
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const streams = /\btext\/event-stream\b/.test(sent['accept'] ?? '')
  const list = listOf(run.value)
  const after = afterOf(list, streams ? (headers['last-event-id'] ?? query.cursor) : query.cursor)
  if (!after.ok) return after
  const { limit = pageLimits.events.usual } = query
  const pageAfter = { ...after.value, limit }
  if (streams) return stream(ports, run.value, pageAfter)
  const page = await ports.store.log.list(run.value.id, pageAfter)
  return ok({ kind: 'document', body: { events: page.items.map(documentFor(list)), ...nextOf(list, page) } })
}

async function stream(
  ports: ApiPorts,
  { id }: RunRecord,
  page: { readonly after?: string; readonly limit: number },
): Promise<Outcome> {
  const hold = ports.hold(longestHoldS)
  try {
    for (;;) {
      // In this order: a run that was over before its events were read has no others.
      const run = (await readRun(ports.store, id)).value
      const news = hold.news()
      news.catch(() => {})
      const events = await ports.store.log.list(id, page)
      if (events.items.length > 0) return ok(streamed(run, events))
      if (isRunTerminal(run.state)) return ok({ kind: 'empty', status: 204 })
      if (!(await news)) return ok(streamed(run, events))
    }
  } finally {
    hold.release()
  }
}

function streamed(run: RunRecord, { items }: Page<ListedEvent>) {
  const events = items
    .map(documentFor(listOf(run)))
    .map((event) => `id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  return { kind: 'text', text: `retry: ${comeBackMs}\n\n${events.join('')}`, mediaType: 'text/event-stream' } as const
}

function documentFor(list: string): (event: ListedEvent) => EventDocument {
  return (event) => ({ ...eventDocument(event), cursor: sealCursor(list, event.cursor) })
}

function listOf({ id }: RunRecord): string {
  return `events ${id}`
}
