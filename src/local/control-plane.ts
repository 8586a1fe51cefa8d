import { readFile } from 'node:fs/promises'
import type { ControlPlane, LogChunk, Upload } from '#contract/control-plane.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import type { EventDocument } from '#contract/run-document.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { Engine } from '#local/engine.ts'
import { eventDocument } from '#local/event-document.ts'
import { newLogs, type LogPosition } from '#local/logs.ts'
import { outputDocuments } from '#local/outputs.ts'
import { cancel } from '#operations/cancel.ts'
import { runDocument } from '#operations/documents/run-document.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { submit } from '#operations/submit.ts'

/** Whose runs a machine's own are. */
const tenant = 'local'
/** How often a reader beside an engine looks again. */
const pollMs = 200

/** What reading needs, with or without an engine. */
export type Reads = Pick<Ports, 'store' | 'objects' | 'definitions' | 'clock'> & {
  readonly pools: Pick<Ports['pools'], 'describe'>
}

/** Where a control plane reads, and the engine that it works with, if it has one. */
export interface LocalOptions {
  readonly reads: Reads
  readonly engine: Engine | undefined
  /** The runs that an engine in another process works on now. */
  readonly liveElsewhere: () => readonly string[]
  /** Told of all runs that this engine works on, when one is added. */
  readonly onLive?: (runs: readonly string[]) => void
  /** Where objects are files. */
  readonly objectsFolder: string
  /** Ends the engine, or what reading holds open. */
  readonly onClose: (options: { readonly drainS: number }) => Promise<void>
}

/** The control plane of this machine: reads rows, and acts through the engine when there is one. */
export function localControlPlane(options: LocalOptions): ControlPlane {
  const { reads, engine } = options
  const live = new Set<string>()
  const find = (run: string): Promise<Result<RunRecord, Problem>> => findRun(reads, run)
  const alive = (run: RunRecord): boolean => live.has(run.id) || options.liveElsewhere().includes(run.id)
  const workOn = (id: RunId): void => {
    live.add(id)
    options.onLive?.([...live])
  }
  const document = (run: RunRecord, tasks: boolean) => runDocument(reads, run, { tasks, alive: alive(run) })

  return {
    async upload(uploads) {
      if (engine === undefined) throw new Error('a control plane that only reads takes no uploads')
      for (const upload of uploads) await store(engine, upload)
    },
    async submit(request) {
      if (engine === undefined) return err(readOnly)
      const id = await submit(engine.ports, { ...request, tenant })
      workOn(id)
      await plan(engine.ports, id)
      return ok({ runId: id })
    },
    async runs({ after, limit }) {
      const page = await reads.store.rows.runs(tenant, after === undefined ? { limit } : { after, limit })
      const runs = await Promise.all(page.items.map((run) => document(run, false)))
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
      return ok(await reads.definitions.plan(found.value))
    },
    async workflow(run) {
      const found = await find(run)
      return found.ok ? ok((await reads.definitions.workflow(found.value)).workflow) : found
    },
    events: (run, { after, follow }) => events(reads, engine, run, after, follow),
    logs: (run, { task, follow }) => logs(reads, run, task, follow),
    async outputs(run) {
      const found = await find(run)
      return found.ok ? ok(await outputDocuments(reads, found.value, options.objectsFolder)) : found
    },
    async pools() {
      const capacity = engine === undefined ? null : await engine.ports.pools.capacity()
      return { pools: await reads.pools.describe(), capacity }
    },
    async cancel(run, reason) {
      const found = await find(run)
      if (!found.ok) return found
      if (engine === undefined) return err(readOnly)
      if (isRunTerminal(found.value.state)) return err(ended(found.value))
      await cancel(engine.ports, found.value.id, reason)
      return ok(undefined)
    },
    async resume(run) {
      const found = await find(run)
      if (!found.ok) return found
      if (engine === undefined) return err(readOnly)
      if (isRunTerminal(found.value.state)) return err(ended(found.value))
      if (!live.has(found.value.id)) {
        workOn(found.value.id)
        await engine.resume(found.value.id)
      }
      return ok({ runId: found.value.id })
    },
    close: options.onClose,
  }
}

async function store({ ports }: Engine, { sha256, from }: Upload): Promise<void> {
  const key = blobKey(sha256)
  if ((await ports.objects.size(key)) !== undefined) return
  await ports.objects.writeOnce(key, 'file' in from ? await readFile(from.file) : from.bytes)
}

/** The run of that id, or the newest one for `latest`. */
async function findRun(reads: Reads, run: string): Promise<Result<RunRecord, Problem>> {
  if (run === 'latest') {
    const [latest] = (await reads.store.rows.runs(tenant, { limit: 1 })).items
    return latest === undefined ? err(noRuns) : ok(latest)
  }
  const id = parseRunId(run)
  const stored = id === undefined ? undefined : await reads.store.rows.get(id, 'run', 'run')
  return stored === undefined ? err(noSuchRun(run)) : ok(stored.value)
}

async function* events(
  reads: Reads,
  engine: Engine | undefined,
  run: string,
  after: string | undefined,
  follow: boolean,
): AsyncGenerator<EventDocument> {
  const found = await findRun(reads, run)
  if (!found.ok) return
  const { id } = found.value
  let cursor = after
  for (;;) {
    // Asked for before the page is read: a commit in between wakes at once.
    const more = engine?.signal.next() ?? sleep(pollMs)
    more.catch(() => {})
    const page = await reads.store.log.list(id, cursor === undefined ? { limit: 500 } : { after: cursor, limit: 500 })
    for (const listed of page.items) {
      cursor = listed.cursor
      yield eventDocument(listed)
    }
    if (page.items.length > 0) continue
    if (!follow || (await isOver(reads, id))) return
    await more
  }
}

async function* logs(reads: Reads, run: string, task: string | undefined, follow: boolean): AsyncGenerator<LogChunk> {
  const found = await findRun(reads, run)
  if (!found.ok) return
  const positions = new Map<string, LogPosition>()
  for (;;) {
    const over = await isOver(reads, found.value.id)
    yield* newLogs(reads, found.value, task, positions)
    if (over || !follow) return
    await sleep(pollMs)
  }
}

async function isOver(reads: Reads, id: RunId): Promise<boolean> {
  const run = await reads.store.rows.get(id, 'run', 'run')
  return run === undefined || isRunTerminal(run.value.state)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const readOnly: Problem = {
  code: 'NO-ENGINE',
  message: 'this needs an engine, and the state directory was opened to be read',
  fix: 'run it without another engine on the same directory',
  exitCode: 5,
}

const noRuns: Problem = {
  code: 'RUN-NOT-FOUND',
  message: 'there are no runs yet',
  fix: 'start one with `forkcast run FILE`',
  exitCode: 3,
}

function noSuchRun(run: string): Problem {
  return {
    code: 'RUN-NOT-FOUND',
    message: `there is no run ${run}`,
    fix: 'see `forkcast ls`',
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

function ended(run: RunRecord): Problem {
  return {
    code: 'RUN-ENDED',
    message: `run ${run.id} has ended: it is ${run.state}`,
    fix: 'start a new one with `forkcast run FILE`',
    exitCode: 5,
  }
}
