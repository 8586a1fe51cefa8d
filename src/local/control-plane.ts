import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ControlPlane, LogChunk, Upload } from '#contract/control-plane.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import type { EventDocument } from '#contract/run-document.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { newLogs, type LogPosition } from '#local/logs.ts'
import { copyOutput, outputDocuments } from '#local/outputs.ts'
import type { Seat } from '#local/seat.ts'
import { tenant } from '#local/tenant.ts'
import { waitsForPerson } from '#local/waits-for-person.ts'
import { eventDocument } from '#operations/documents/event-document.ts'
import { listedRun, runDocument } from '#operations/documents/run-document.ts'
import { findRun } from '#operations/find-run.ts'
import { planFor } from '#operations/plan-for.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** How often logs are looked at again, which no event tells of. */
const pollMs = 200

/** Where a control plane reads and acts. */
export interface LocalOptions {
  readonly seat: Seat
  /** Where objects are files. */
  readonly objectsFolder: string
}

/** The control plane of this machine: reads rows, and has an engine act when there is one. */
export function localControlPlane({ seat, objectsFolder }: LocalOptions): ControlPlane {
  const find = (run: string): Promise<Result<RunRecord, Problem>> => findRun(seat.reads.store, tenant, run)
  const document = (run: RunRecord, tasks: boolean) =>
    runDocument(seat.reads, run, { tasks, alive: seat.live().includes(run.id) })
  /** Asks the engine, by the run's own id. */
  const ask = async <T>(
    run: string,
    command: (commands: NonNullable<Seat['commands']>, id: RunId) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> => {
    const found = await find(run)
    if (!found.ok) return found
    return seat.commands === undefined ? err(readOnly) : command(seat.commands, found.value.id)
  }

  return {
    async upload(uploads) {
      for (const upload of uploads) await store(seat.reads.objects, upload)
    },
    submit: async (request) => (seat.commands === undefined ? err(readOnly) : seat.commands.submit(request)),
    planFor: (request) => planFor(seat.reads, request),
    async runs({ after, limit }) {
      const page = await seat.reads.store.rows.runs(tenant, after === undefined ? { limit } : { after, limit })
      const runs = await Promise.all(page.items.map((run) => listedRun(seat.reads, run, seat.live().includes(run.id))))
      return page.next === undefined ? { runs } : { runs, nextCursor: page.next }
    },
    async run(run, { tasks }) {
      const found = await find(run)
      return found.ok ? ok(await document(found.value, tasks)) : found
    },
    async plan(run) {
      const found = await find(run)
      if (!found.ok) return found
      if (found.value.planId === null) return err(noPlan(found.value))
      return ok(await seat.reads.definitions.plan(found.value))
    },
    async workflow(run) {
      const found = await find(run)
      return found.ok ? ok((await seat.reads.definitions.workflow(found.value)).workflow) : found
    },
    events: (run, { after, follow }) => events(seat, run, after, follow),
    logs: (run, { task, follow }) => logs(seat, run, task, follow),
    async outputs(run) {
      const found = await find(run)
      return found.ok ? ok(await outputDocuments(seat.reads, found.value, objectsFolder)) : found
    },
    async saveOutput(run, name, folder) {
      const found = await find(run)
      if (!found.ok) return found
      const output = (await outputDocuments(seat.reads, found.value, objectsFolder))[name]
      return output === undefined ? err(noOutput(found.value, name)) : ok(await copyOutput(output, join(folder, name)))
    },
    pools: async () => ({ pools: await seat.reads.pools.describe(), capacity: await seat.capacity() }),
    cancel: (run, reason) => ask(run, (commands, id) => commands.cancel(id, reason)),
    resume: (run) => ask(run, (commands, id) => commands.resume(id)),
    retry: (run, options) => ask(run, (commands, id) => commands.retry(id, options)),
    role: () => seat.role,
    async guests() {
      try {
        await Promise.race([seat.news(), Promise.resolve()])
      } catch {
        // A broken engine does nothing for anybody.
        return []
      }
      const busy: string[] = []
      for (const guest of seat.guests()) {
        const run = parseRunId(guest)
        if (run !== undefined && !(await isOver(seat, run)) && !(await waitsForPerson(seat.reads.store, run))) {
          busy.push(run)
        }
      }
      return busy
    },
    close: (how) => seat.close(how),
  }
}

async function store(objects: ObjectStore, { sha256, from }: Upload): Promise<void> {
  const key = blobKey(sha256)
  if ((await objects.size(key)) !== undefined) return
  await objects.writeOnce(key, 'file' in from ? await readFile(from.file) : from.bytes)
}

async function* events(
  seat: Seat,
  run: string,
  after: string | undefined,
  follow: boolean,
): AsyncGenerator<EventDocument> {
  const found = await findRun(seat.reads.store, tenant, run)
  if (!found.ok) return
  const { id } = found.value
  let cursor = after
  let doubted = after !== undefined
  let stood = false
  const isAbandoned = abandonment(seat, id)
  for (;;) {
    // Asked for before the page is read: a commit in between wakes at once.
    const more = seat.news()
    more.catch(() => {})
    // Asked for before the page too: the last event of a run comes with the row that says that it is over.
    const over = !follow || (await isOver(seat, id)) || isAbandoned()
    const page = await seat.reads.store.log.list(
      id,
      cursor === undefined ? { limit: 500 } : { after: cursor, limit: 500 },
    )
    for (const listed of page.items) {
      cursor = listed.cursor
      doubted ||= listed.event.type === 'attempt.in-doubt'
      yield eventDocument(listed)
    }
    if (page.items.length > 0) stood = false
    if (page.next !== undefined) continue
    if (over) return
    if (doubted && (await waitsForPerson(seat.reads.store, id))) {
      if (stood) return
      // What has just ended may not have led to what follows it.
      stood = true
      await wait(standMs)
      continue
    }
    await more
  }
}

/** A run in doubt that stands still for this long has nothing else to do. */
const standMs = 500

async function* logs(seat: Seat, run: string, task: string | undefined, follow: boolean): AsyncGenerator<LogChunk> {
  const found = await findRun(seat.reads.store, tenant, run)
  if (!found.ok) return
  const positions = new Map<string, LogPosition>()
  const isAbandoned = abandonment(seat, found.value.id)
  for (;;) {
    const over = (await isOver(seat, found.value.id)) || isAbandoned()
    yield* newLogs(seat.reads, found.value, task, positions)
    if (over || !follow) return
    await wait(pollMs)
  }
}

async function isOver({ reads }: Seat, id: RunId): Promise<boolean> {
  const run = await reads.store.rows.get(id, 'run', 'run')
  return run === undefined || isRunTerminal(run.value.state)
}

/** How often is asked whether an engine works on a run that is followed. */
const lookMs = 1_000

/**
 * Tells, each time it is asked, whether two looks in a row found no engine that works on a run: one that hands over to
 * another is between the two for a moment. Only a reader can outlive every engine of a run: a guest becomes the next one.
 */
function abandonment(seat: Seat, run: RunId): () => boolean {
  let lookedAtMs = performance.now()
  let missed = 0
  return () => {
    if (seat.role === 'reader' && performance.now() - lookedAtMs >= lookMs) {
      lookedAtMs = performance.now()
      missed = seat.live().includes(run) ? 0 : missed + 1
    }
    return missed > 1
  }
}

const readOnly: Problem = {
  code: 'NO-ENGINE',
  message: 'this needs an engine, and the state directory was opened to be read',
  fix: 'run it without another engine on the same directory',
  exitCode: 5,
}

function noOutput({ id }: RunRecord, name: string): Problem {
  return {
    code: 'OUTPUT-NOT-FOUND',
    message: `run ${id} has no committed output ${name}`,
    fix: `see \`forkcast outputs ${id}\``,
    exitCode: 3,
  }
}

function noPlan(run: RunRecord): Problem {
  return {
    code: 'RUN-NOT-PLANNED',
    message: `run ${run.id} is ${run.state} and has no plan`,
    fix: `see \`forkcast show ${run.id}\``,
    exitCode: 3,
  }
}
