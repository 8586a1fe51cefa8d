import { problemOf, unreachable } from '#client/api-problem.ts'
import { documentOf, patiently, valueOf, type Answered, type Api, type JsonOf } from '#client/api.ts'
import { followingTries, jitteredMs } from '#client/patient-fetch.ts'
import { everyTask, readRun } from '#client/read-run.ts'
import { serverEvents } from '#client/server-events.ts'
import { ProblemError } from '#contract/problem.ts'
import type { EventDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'
import { isTaskTerminal } from '#core/run/task.ts'

const pageLimit = 1_000
/** How soon to come back for more: what happens meanwhile comes in one piece. */
const comeBackMs = 200
/** A run that stands still for this long has nothing else to do. */
const standMs = 1_000

/** Events after `after` that are there now, in pages. */
export async function* listedEvents(
  api: Api,
  run: string,
  after: string | undefined,
): AsyncGenerator<EventDocument, string | undefined> {
  let cursor = after
  for (;;) {
    const query = { limit: pageLimit, ...(cursor === undefined ? {} : { cursor }) }
    const asked = api.typed.GET('/runs/{id}/events', { params: { path: { id: run }, query } })
    const page = await documentOf(api, 'events', asked as Answered<JsonOf<'listEvents'>>)
    const { events, nextCursor } = valueOf(page)
    for (const event of events) {
      cursor = event.cursor
      yield event
    }
    if (nextCursor === undefined) return cursor
  }
}

/**
 * Events after `after` until the run is over, waits for a person, or is worked on by nobody. A stream that breaks off is taken
 * up after the last whole event, as often as it brings something.
 */
export async function* followedEvents(
  given: Api,
  run: string,
  after: string | undefined,
): AsyncGenerator<EventDocument> {
  const api = patiently(given)
  let last = after
  let doubted = after !== undefined
  // Whether it is to be looked if anything will come at all: at first, when nothing came, and when the service was away.
  let quiet = true
  let cuts = 0
  const take = (event: EventDocument): EventDocument => {
    last = event.cursor
    quiet = false
    cuts = 0
    doubted ||= event.type === 'attempt.in-doubt'
    return event
  }
  for (;;) {
    if ((quiet || doubted) && (await rests(api, run, doubted))) {
      // What has just ended may not have led to what follows it, and an engine may hand over to another one.
      await api.pause(standMs)
      quiet = true
      for await (const event of listedEvents(api, run, last)) yield take(event)
      if (quiet && (await rests(api, run, doubted))) return
    }
    quiet = true
    try {
      const response = await api.fetch(() => streamRequest(api, run, last), { streamed: true, tries: 1 })
      if (response.status === 204) return
      if (!response.ok || response.body === null) throw new ProblemError(await problemOf(api.url, response))
      for await (const data of serverEvents(response.body)) yield take(JSON.parse(data) as EventDocument)
      await api.pause(comeBackMs)
    } catch (error) {
      api.closing.throwIfAborted()
      const problem = error instanceof ProblemError ? error.problem : unreachable(api.url, error)
      cuts += 1
      if (problem.exitCode !== 6 || cuts >= followingTries) throw new ProblemError(problem, { cause: error })
      quiet = true
      await api.pause(jitteredMs(cuts))
    }
  }
}

function streamRequest({ url }: Api, run: string, last: string | undefined): Request {
  const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) }
  return new Request(`${url}/runs/${encodeURIComponent(run)}/events`, { headers })
}

/** Whether nothing will come of a run before somebody asks for it: nobody works on it, or all that is left is in doubt. */
async function rests(api: Api, run: string, doubted: boolean): Promise<boolean> {
  const { state } = valueOf(await readRun(api, run, { tasks: false }))
  return state === 'interrupted' || (doubted && (await waitsForPerson(api, run)))
}

/** O(tasks) */
async function waitsForPerson(api: Api, run: string): Promise<boolean> {
  let inDoubt = false
  const expanded = new Set<string>()
  const open: string[] = []
  for await (const { id, state, waitingFor } of everyTask(api, run)) {
    if (taskOf(id) !== id) expanded.add(taskOf(id))
    if (isTaskTerminal(state) || waitingFor === 'predecessors') continue
    if (waitingFor === 'person') inDoubt = true
    else open.push(id)
  }
  // An expansion ends with its instances.
  return inDoubt && open.every((id) => expanded.has(id))
}
