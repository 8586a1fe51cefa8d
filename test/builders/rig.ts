import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import type { Json } from '#core/json.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import type { Random } from '#core/random.ts'
import { parseRunId, slotKey, type RunId, type SlotRef } from '#core/run/ids.ts'
import { isRunTerminal, type RunPolicy } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { startEngine, type Engine } from '#local/engine.ts'
import { runDocument } from '#operations/documents/run-document.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { JobRequest, Pools } from '#ports/pools.ts'
import type { ListedEvent, Store } from '#ports/store.ts'
import { checkRun } from '../invariants/check-run.ts'
import { createDrivenClock, type DrivenClock } from './driven-clock.ts'
import { emulatedPool } from './emulation.ts'
import { playClone, playUnleased, type Script, type Unleased } from './scripted-clone.ts'

/** The whole engine over memory, on a clock that the test drives; clones are scripted instead of processes. */
export interface Rig {
  readonly engine: Engine
  readonly clock: DrivenClock
  readonly store: Store
  readonly objects: ObjectStore
  /** Slots whose clones have started, in order: `A/1/0`. */
  readonly started: readonly string[]
  submit(workflow: Workflow, options?: SubmitOptions): Promise<RunId>
  /** Goes on until the run has ended and whatever was still to come has come, or until nothing is left to do. */
  settle(run: RunId): Promise<void>
  /** Settles, then checks every invariant. */
  finish(run: RunId, workflow: Workflow): Promise<RunDocument>
  /** Submits, finishes and gives the document. */
  run(workflow: Workflow, options?: SubmitOptions): Promise<RunDocument>
  document(run: RunId): Promise<RunDocument>
  /** Every event of the run so far. */
  log(run: RunId): Promise<readonly ListedEvent[]>
  slot(run: RunId, key: string): Promise<SlotRecord>
  /** A committed output, read back as JSON. */
  output(run: RunId | string, task: string, name: string): Promise<Json>
}

/** What a submission may say besides its workflow. */
export interface SubmitOptions {
  readonly policy?: Partial<RunPolicy>
  readonly params?: Readonly<Record<string, Json>>
}

export interface RigOptions {
  readonly pools?: readonly EmulatedPool[]
  readonly machine?: Room
  /** What outlives an engine; new and empty unless told otherwise. */
  readonly store?: Store
  readonly objects?: ObjectStore
  readonly startMs?: number
  /** Jobs that never ask for a lease, by slot: `A/1/0`. */
  readonly unleased?: (slot: string) => Unleased | undefined
  /** More than the store takes for an answer. */
  readonly quietTurns?: number
  /** Store and objects are servers: nothing is quiet while one of them is asked. */
  readonly remote?: boolean
  /** How a clone reaches the control plane, instead of in process; with `remote`, nothing is quiet while it asks. */
  readonly reach?: (job: JobRequest) => CloneApi
  /** How jobs are named. @default each for itself */
  readonly names?: Pools['names']
  /** Time goes on before all is done that it has set off, so that things overlap; until nothing more is to come. */
  readonly hurry?: Random
}

/** Room for whatever a test asks. */
export const roomy: Room = { vcpus: 100, memoryMiB: 100_000, gpus: 0 }

/** Turns of the event loop in a row without a call of the store after which nothing goes on, where it answers at once. */
const usualQuietTurns = 3
/** A run that has not ended after a day is not going to. */
const longestMs = 86_400_000
/** How long after the end of a run what was still to come, such as a timer, is waited for. */
const aftermathMs = 3600_000

/** A rig with two roomy pools, `hot` and `spare`, unless told otherwise. */
export function rig(script: Script, options: RigOptions = {}): Rig {
  let calls = 0
  let open = 0
  const watched = <T extends object>(port: T): T =>
    onEachCall(port, (answer) => {
      calls += 1
      if (options.remote !== true) return
      open += 1
      const closed = (): number => (open -= 1)
      answer.then(closed, closed)
    })
  const inner = options.store ?? new MemoryStore()
  const store: Store = { rows: watched(inner.rows), log: watched(inner.log), history: watched(inner.history) }
  const objects = watched(options.objects ?? new MemoryObjects())
  const { hurry, quietTurns = usualQuietTurns } = options
  /** Waits until nothing goes on any more, or for so many turns. */
  const quiet = async (most = Infinity): Promise<void> => {
    for (let still = 0, turns = 0; still < quietTurns && turns < most; turns += 1) {
      const before = calls
      await turn()
      still = calls === before && open === 0 ? still + 1 : 0
    }
  }
  const clock: DrivenClock = createDrivenClock(options.startMs, () =>
    quiet(hurry !== undefined && clock.pending > 0 ? Math.floor(hurry.next() * 2 * quietTurns) : Infinity),
  )
  const started: string[] = []
  const engine = startEngine({
    store,
    objects,
    clock,
    ids: createSystemIds({ clock }),
    pools: {
      machine: options.machine ?? roomy,
      pools: options.pools ?? [emulatedPool('hot', { tier: 'hot', ...roomy }), emulatedPool('spare', roomy)],
      timeScale: 1,
      seed: 1,
    },
    chance: newInEveryRun(1),
    runJob: (api, job, signal) => {
      const unleased = options.unleased?.(slotKey(job.slot))
      if (unleased !== undefined) return playUnleased(unleased, signal)
      const reached = options.reach === undefined ? api : watched(options.reach(job))
      return playClone({ api: reached, job, signal, script, clock, objects, onStart: (slot) => started.push(slot) })
    },
  })
  if (options.names !== undefined) Object.assign(engine.ports.pools, { names: options.names })
  const runRow = async (run: RunId) => {
    const row = await store.rows.get(run, 'run', 'run')
    if (row === undefined) throw new Error(`no run ${run}`)
    return row.value
  }
  const document = async (run: RunId): Promise<RunDocument> =>
    runDocument(engine.ports, await runRow(run), { tasks: true, alive: true })
  const submitAndPlan = async (workflow: Workflow, how: SubmitOptions = {}): Promise<RunId> => {
    const policy = { cloning: true, hedging: true, ...how.policy }
    const run = await submit(engine.ports, { workflow, params: how.params ?? {}, policy, tenant: 'test' })
    await plan(engine.ports, run)
    return run
  }
  const settle = async (run: RunId): Promise<void> => {
    const untilMs = clock.nowMs() + longestMs
    const goesOn = async (): Promise<boolean> => {
      await quiet()
      return clock.pending > 0 && clock.nowMs() < untilMs && !isRunTerminal((await runRow(run)).state)
    }
    // A trace sets alarms for ever, so the clock does not run out; a span that has none in it is made longer.
    for (let spanMs = 60_000; await goesOn();) {
      const beforeMs = clock.nowMs()
      await clock.runOut(spanMs)
      if (clock.nowMs() === beforeMs) spanMs *= 2
    }
    await clock.runOut(aftermathMs)
    await quiet()
    await faultOf(engine)
  }
  const finish = async (run: RunId, workflow: Workflow): Promise<RunDocument> => {
    await settle(run)
    expect(await checkRun(store, objects, run, workflow)).toStrictEqual([])
    return document(run)
  }
  return {
    engine,
    clock,
    store,
    objects,
    started,
    document,
    submit: submitAndPlan,
    settle,
    finish,
    async run(workflow, how) {
      return finish(await submitAndPlan(workflow, how), workflow)
    },
    async log(run) {
      return (await store.log.list(run, { limit: 1_000_000 })).items
    },
    async slot(run, key) {
      const row = await store.rows.get(run, 'slot', key)
      if (row === undefined) throw new Error(`no slot ${key}`)
      return row.value
    },
    async output(run, task, name) {
      const id = parseRunId(run)
      const row = id === undefined ? undefined : await store.rows.get(id, 'task', task)
      const output = row?.value.outputs?.[name]
      if (output === undefined || output.type === 'directory') throw new Error(`${task} left no ${name}`)
      return JSON.parse(new TextDecoder().decode(await objects.read(output.object))) as Json
    },
  }
}

/** A slot's reference from its key: `A[2]/1/0`. */
export function slotRef(run: RunId, key: string): SlotRef {
  const [task = '', attempt, clone] = key.split('/')
  return { run, task, attempt: Number(attempt), clone: Number(clone) }
}

/** A task of a document. @throws when it is not there. */
export function taskIn(run: RunDocument, id: string): TaskDocument {
  const found = run.tasks?.find((task) => task.id === id)
  if (found === undefined) throw new Error(`no task ${id}`)
  return found
}

/** States of tasks by id. */
export function statesOf(run: RunDocument): Readonly<Record<string, string>> {
  return Object.fromEntries(run.tasks?.map((task) => [task.id, task.state]) ?? [])
}

/** @throws the fault that the engine has told, if any. */
async function faultOf({ signal }: Engine): Promise<void> {
  await Promise.race([signal.next(), Promise.resolve()])
}

function onEachCall<T extends object>(port: T, called: (answer: Promise<unknown>) => void): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args)
        called(Promise.resolve(answer))
        return answer
      }
    },
  })
}
