import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Assignment, CloneApi, CloneReport } from '#contract/clone-api.ts'
import { outputKey } from '#contract/object-keys.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import { slotKey, type RunId, type SlotRef } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { RunPolicy } from '#core/run/run.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { startEngine, type Engine } from '#local/engine.ts'
import { runDocument } from '#operations/documents/run-document.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import type { JobRequest } from '#ports/pools.ts'
import { checkRun } from '../invariants/check-run.ts'
import { createDrivenClock, type DrivenClock } from './driven-clock.ts'
import { emulatedPool } from './emulation.ts'

/** What a clone does: after so long it leaves these outputs, or fails. */
export interface Behaviour {
  readonly takesS: number
  readonly outputs?: Readonly<Record<string, Json>>
  readonly fails?: Failure
}

/** What each clone does; called when it has its lease. */
export type Script = (slot: SlotRef, assignment: Assignment) => Behaviour

/** The whole engine over memory, on a clock that the test drives; clones are scripted instead of processes. */
export interface Rig {
  readonly engine: Engine
  readonly clock: DrivenClock
  readonly store: MemoryStore
  readonly objects: MemoryObjects
  /** Slots whose clones have started, in order: `A/1/0`. */
  readonly started: readonly string[]
  submit(workflow: Workflow, options?: SubmitOptions): Promise<RunId>
  /** Runs until nothing is left to do, then checks every invariant. */
  finish(run: RunId, workflow: Workflow): Promise<RunDocument>
  /** Submits, finishes and gives the document. */
  run(workflow: Workflow, options?: SubmitOptions): Promise<RunDocument>
  document(run: RunId): Promise<RunDocument>
}

/** What a submission may say besides its workflow. */
export interface SubmitOptions {
  readonly policy?: Partial<RunPolicy>
  readonly params?: Readonly<Record<string, Json>>
}

/** Everything asked for: turns of the event loop after which promises that wait for nothing outside have settled. */
const settlingTurns = 12

/** A rig with two roomy pools, `hot` and `spare`, unless told otherwise. */
export function rig(
  script: Script,
  options: { readonly pools?: readonly EmulatedPool[]; readonly machine?: Room } = {},
): Rig {
  const clock = createDrivenClock(undefined, async () => {
    for (let turns = 0; turns < settlingTurns; turns += 1) await turn()
  })
  const store = new MemoryStore()
  const objects = new MemoryObjects()
  const started: string[] = []
  const roomy = { vcpus: 100, memoryMiB: 100_000, gpus: 0 }
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
    runJob: (api, job, signal) => playClone({ api, job, signal, script, clock, objects, started }),
  })
  const document = async (run: RunId): Promise<RunDocument> => {
    const row = await store.rows.get(run, 'run', 'run')
    if (row === undefined) throw new Error(`no run ${run}`)
    return runDocument(engine.ports, row.value, { tasks: true, alive: true })
  }
  const submitAndPlan = async (workflow: Workflow, how: SubmitOptions = {}): Promise<RunId> => {
    const policy = { cloning: true, hedging: true, ...how.policy }
    const run = await submit(engine.ports, { workflow, params: how.params ?? {}, policy, tenant: 'test' })
    await plan(engine.ports, run)
    return run
  }
  const finish = async (run: RunId, workflow: Workflow): Promise<RunDocument> => {
    const fault = engine.signal.next()
    await Promise.race([fault.catch(() => undefined), clock.runOut()])
    await clock.runOut()
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
    finish,
    async run(workflow, how) {
      return finish(await submitAndPlan(workflow, how), workflow)
    },
  }
}

async function playClone(clone: {
  readonly api: CloneApi
  readonly job: JobRequest
  readonly signal: AbortSignal
  readonly script: Script
  readonly clock: DrivenClock
  readonly objects: MemoryObjects
  readonly started: string[]
}): Promise<{ exitCode: number | null; reason: string }> {
  const { api, job, signal, script, clock, objects, started } = clone
  const startedAtMs = clock.nowMs()
  const leased = await api.lease({ slot: job.slot, job: job.job })
  if (!leased.granted) return { exitCode: 0, reason: leased.why }
  started.push(slotKey(job.slot))
  const behaviour = script(job.slot, leased.assignment)
  await until(clock, clock.nowMs() + behaviour.takesS * 1000, signal)
  const seconds = (clock.nowMs() - startedAtMs) / 1000
  const report = {
    slot: job.slot,
    job: job.job,
    fence: leased.fence,
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: 0, runningS: seconds, stagingOutS: 0 },
    billedS: seconds,
  } as const
  if (signal.aborted) {
    const { kind } = signal.reason as StopReason
    if (kind === 'stop') await api.report({ ...report, ended: { kind: 'stopped' } })
    return { exitCode: null, reason: kind }
  }
  const ended: CloneReport['ended'] =
    behaviour.fails === undefined
      ? { kind: 'claimed', manifest: await write(objects, leased.assignment, behaviour.outputs ?? {}) }
      : { kind: 'failed', failure: behaviour.fails }
  await api.report({ ...report, ended })
  return { exitCode: ended.kind === 'claimed' ? 0 : 1, reason: ended.kind }
}

async function write(
  objects: MemoryObjects,
  assignment: Assignment,
  outputs: Readonly<Record<string, Json>>,
): Promise<Manifest> {
  const manifest: Record<string, Manifest[string]> = {}
  for (const [name, declared] of Object.entries(assignment.outputs)) {
    const bytes = new TextEncoder().encode(JSON.stringify(outputs[name] ?? null))
    const object = outputKey(assignment.prefix, declared.path)
    await objects.writeOnce(object, bytes)
    manifest[name] = { type: 'json', object, bytes: bytes.length, sha256: sha256(bytes) }
  }
  return manifest
}

function until(clock: DrivenClock, atMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(atMs, resolve)
    const stop = (): void => {
      cancel()
      resolve()
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
