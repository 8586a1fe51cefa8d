import type { Assignment, CloneApi, CloneReport } from '#contract/clone-api.ts'
import { logKey, outputKey } from '#contract/object-keys.ts'
import type { Failure } from '#core/failure/cause.ts'
import { sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Exit, Job } from './model-pools.ts'
import type { Simulation } from './simulation.ts'

/** What a clone does: after so long it leaves these JSON outputs, or fails. */
export interface Behaviour {
  readonly takesS: number
  readonly outputs?: Readonly<Record<string, Json>>
  readonly fails?: Failure
}

/** What each clone does; called when it has its lease. */
export type Script = (slot: SlotRef, assignment: Assignment) => Promise<Behaviour>

export interface AgentOptions {
  readonly sim: Simulation
  readonly job: Job
  readonly api: CloneApi
  readonly script: Script
  readonly objects: ObjectStore
  /** Whether this clone may be without end until it is told, since another one does the work. */
  readonly mayHang: boolean
  /** Whether this clone may stand still, its task not having lost too many already. */
  readonly mayStandStill: () => boolean
}

/** A lease lasts 120 s. */
const longerThanALeaseMs = [130_000, 330_000] as const
const hangsMs = 3 * 3600_000
const leaseLost = 'the lease is lost'

/** A clone's job as its agent would do it: lease, renew, work, outputs under its own prefix, report. */
export async function runAgent(options: AgentOptions): Promise<Exit> {
  const { sim, job, api, script, objects, mayHang, mayStandStill } = options
  const { request, agent, stop } = job
  const { slot, job: name } = request
  const leased = await api.lease({ slot, job: name, holder: agent.name })
  if (!leased.granted) return { exitCode: 0, reason: `lease refused: ${leased.why}` }
  const { fence, assignment, renewEveryS } = leased
  const behaviour = await script(slot, assignment)
  const frozen = mayStandStill() && standsStill(sim, job)
  if (!frozen) void renew()
  let worksMs = behaviour.takesS * 1000
  if (frozen) worksMs += sim.between(...longerThanALeaseMs)
  else if (mayHang && sim.strikes('agent does not end by itself')) worksMs = hangsMs
  const slept = sim.sleep(agent, worksMs)
  const thawed = new Promise<void>((resolve) => {
    job.thaw = resolve
  })
  const work = frozen ? Promise.race([slept, thawed]) : slept
  // Who stands still hears nothing either.
  await (frozen ? work : stop.orDone(work))
  const seconds = (sim.time.nowMs - (job.startedMs ?? 0)) / 1000
  const report = {
    slot,
    job: name,
    fence,
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: 0, runningS: seconds, stagingOutS: 0 },
    billedS: seconds,
  } as const
  if (stop.told !== undefined && !frozen) {
    await api.report({ ...report, ended: { kind: 'stopped' } })
    return { exitCode: stop.told === leaseLost ? 0 : 143, reason: stop.told }
  }
  const ended: CloneReport['ended'] =
    behaviour.fails === undefined
      ? { kind: 'claimed', manifest: await stageOut(objects, assignment, behaviour.outputs ?? {}) }
      : { kind: 'failed', failure: behaviour.fails }
  await store(objects, logKey(assignment.prefix, 'stdout'), new TextEncoder().encode(agent.name))
  const answer = await api.report({ ...report, ended })
  // As the agent of processes does: who has lost the slot to another one has no say in how it ends.
  return {
    exitCode: ended.kind === 'claimed' || answer === 'fenced' ? 0 : 1,
    reason: `${ended.kind}; the report was ${answer}`,
  }

  async function renew(): Promise<void> {
    for (;;) {
      await sim.sleep(agent, renewEveryS * 1000)
      if (!(await api.renew({ slot, job: name, fence }))) {
        stop.tell(leaseLost)
        return
      }
    }
  }
}

/** As stores of files do it: what another holder of the slot has left there would be in the way. */
async function store(objects: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  if ((await objects.writeOnce(key, bytes)) === 'written') return
  const present = (await objects.read(key)) ?? new Uint8Array()
  if (sha256(present) !== sha256(bytes)) throw new Error(`object ${key} is there already, with other contents`)
}

/** Most of those that run twice do: a fence is there for them. */
function standsStill(sim: Simulation, { isDoubled }: Job): boolean {
  const type = 'agent stands still past its lease'
  if (!isDoubled || !sim.stormy) return sim.strikes(type)
  if (sim.chance(0.3)) return false
  sim.count(type)
  return true
}

async function stageOut(
  objects: ObjectStore,
  { outputs: declared, prefix }: Assignment,
  outputs: Readonly<Record<string, Json>>,
): Promise<Manifest> {
  const manifest: Record<string, Manifest[string]> = {}
  for (const [name, { path }] of Object.entries(declared)) {
    const bytes = new TextEncoder().encode(JSON.stringify(outputs[name] ?? null))
    const object = outputKey(prefix, path)
    await store(objects, object, bytes)
    manifest[name] = { type: 'json', object, bytes: bytes.length, sha256: sha256(bytes) }
  }
  return manifest
}
