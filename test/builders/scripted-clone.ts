import type { Assignment, CloneApi, CloneReport } from '#contract/clone-api.ts'
import { outputKey } from '#contract/object-keys.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { canonicalHash, sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { slotKey, type SlotRef } from '#core/run/ids.ts'
import type { Manifest, StagedOutput } from '#core/run/manifest.ts'
import type { Output } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { JobRequest } from '#ports/pools.ts'
import type { DrivenClock } from './driven-clock.ts'

/** What a clone does: after so long it leaves these outputs, or fails. */
export interface Behaviour {
  readonly takesS: number
  /** By name: JSON, or the bytes of a file. A declared output that is absent is `null`, or not written when optional. */
  readonly outputs?: Readonly<Record<string, Json | Uint8Array>>
  readonly fails?: Failure
  /** Its job ends without a report, with these words of its pool. */
  readonly silent?: string
  /** With which a silent one ends; none unless told. */
  readonly exitCode?: number
  /** It does not hear when it is told to end, and reports as if nothing were. */
  readonly deaf?: boolean
  /** It stands still for its time, and its lease is not renewed. */
  readonly stuck?: boolean
}

/** What each clone does; called when it has its lease. */
export type Script = (slot: SlotRef, assignment: Assignment) => Behaviour | Promise<Behaviour>

/** A job that never asks for a lease: it ends so at once, or hangs until it is ended. */
export type Unleased = { readonly exitCode: number | null; readonly reason: string } | 'hangs'

/** What a scripted clone needs. */
export interface ScriptedClone {
  readonly api: CloneApi
  readonly job: JobRequest
  readonly signal: AbortSignal
  readonly script: Script
  readonly clock: DrivenClock
  readonly objects: ObjectStore
  /** Told when the clone has its lease. */
  readonly onStart: (slot: string) => void
}

/** A job whose agent never comes as far as its lease. */
export async function playUnleased(
  how: Unleased,
  signal: AbortSignal,
): Promise<{ exitCode: number | null; reason: string }> {
  if (how !== 'hangs') return how
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return { exitCode: 143, reason: 'ended' }
}

/** A clone's job as its agent would do it, without a process: lease, work, outputs under its own prefix, report. */
export async function playClone(clone: ScriptedClone): Promise<{ exitCode: number | null; reason: string }> {
  const { api, job, signal, script, clock, objects, onStart } = clone
  const startedAtMs = clock.nowMs()
  const leased = await api.lease({ slot: job.slot, job: job.job, holder: `agent of ${job.job}` })
  if (!leased.granted) return { exitCode: 0, reason: leased.why }
  onStart(slotKey(job.slot))
  const behaviour = await script(job.slot, leased.assignment)
  const deaf = behaviour.deaf === true
  const ends = deaf || behaviour.stuck === true ? new AbortController().signal : signal
  const endMs = clock.nowMs() + behaviour.takesS * 1000
  const stepMs = behaviour.stuck === true ? Infinity : leased.renewEveryS * 1000
  while (clock.nowMs() < endMs && !ends.aborted) {
    await until(clock, Math.min(endMs, clock.nowMs() + stepMs), ends)
    if (clock.nowMs() >= endMs || ends.aborted) break
    const held = await api.renew({ slot: job.slot, job: job.job, fence: leased.fence })
    if (!held && !deaf) return { exitCode: null, reason: 'its lease is lost' }
  }
  const seconds = (clock.nowMs() - startedAtMs) / 1000
  const report = {
    slot: job.slot,
    job: job.job,
    fence: leased.fence,
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: 0, runningS: seconds, stagingOutS: 0 },
    billedS: seconds,
  } as const
  if (signal.aborted && !deaf) {
    const { kind } = signal.reason as StopReason
    if (kind === 'stop') await api.report({ ...report, ended: { kind: 'stopped' } })
    return { exitCode: null, reason: kind }
  }
  if (behaviour.silent !== undefined) return { exitCode: behaviour.exitCode ?? null, reason: behaviour.silent }
  const ended: CloneReport['ended'] =
    behaviour.fails === undefined
      ? { kind: 'claimed', manifest: await stageOut(objects, leased.assignment, behaviour.outputs ?? {}) }
      : { kind: 'failed', failure: behaviour.fails }
  await api.report({ ...report, ended })
  return { exitCode: ended.kind === 'claimed' ? 0 : 1, reason: ended.kind }
}

async function stageOut(
  objects: ObjectStore,
  { outputs: declared, prefix, canonical }: Assignment,
  outputs: NonNullable<Behaviour['outputs']>,
): Promise<Manifest> {
  const manifest: Record<string, StagedOutput> = {}
  for (const [name, output] of Object.entries(declared)) {
    if (output.optional && !Object.hasOwn(outputs, name)) continue
    const content = outputs[name] ?? null
    const staged = await stagedOutput(objects, prefix, output, content)
    manifest[name] = canonical && staged.type === 'json' ? { ...staged, canonical: canonicalHash(content) } : staged
  }
  return manifest
}

async function stagedOutput(
  objects: ObjectStore,
  prefix: string,
  { type, path }: Output,
  content: Json | Uint8Array,
): Promise<StagedOutput> {
  const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content))
  const key = outputKey(prefix, path)
  const file = { bytes: bytes.length, sha256: sha256(bytes) }
  if (type !== 'directory') {
    await objects.writeOnce(key, bytes)
    return { type, object: key, ...file }
  }
  const object = `${key}/content`
  await objects.writeOnce(object, bytes)
  return { type, folder: key, bytes: bytes.length, files: [{ path: 'content', object, ...file }] }
}

/** Comes back at once when the time has come already, so that clones that wait for one thing report in one moment. */
function until(clock: DrivenClock, atMs: number, signal: AbortSignal): Promise<void> {
  if (atMs <= clock.nowMs()) return Promise.resolve()
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
