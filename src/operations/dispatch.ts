import { admit, type Admission, type Candidate } from '#core/dispatch/admit.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { Capacity, Pool } from '#core/pools/pool.ts'
import { slotKey, type SlotRef } from '#core/run/ids.ts'
import { taskOf } from '#core/run/ids.ts'
import { change, type Stored } from '#core/run/record.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import type { JobRequest } from '#ports/pools.ts'

/** Slots looked at first; four times as many while there is room left and slots to fill it. */
const firstLook = 32

/**
 * The only act that submits jobs: takes waiting slots by rank while there is room for them, and writes on the rest what
 * they wait for. One at a time in an engine, or an account.
 */
export async function dispatch(ports: Ports): Promise<void> {
  for (let look = firstLook; ; look *= 4) {
    const capacity = await ports.pools.capacity()
    if (capacity.total.vcpus <= 0) return
    const waiting = await ports.store.rows.waiting(look)
    const submitted = await place(ports, waiting, capacity)
    // Nothing found a place behind so many: a longer look may find smaller or other ones.
    if (waiting.length < look || submitted > 0) return
  }
}

async function place(ports: Ports, waiting: readonly Stored<'slot'>[], capacity: Capacity): Promise<number> {
  if (waiting.length === 0) return 0
  const pools = await ports.pools.describe()
  const plans = new Map<string, Plan>()
  const candidates: Candidate[] = []
  for (const { value } of waiting) {
    const plan = plans.get(value.run) ?? (await planOf(ports, value.run))
    plans.set(value.run, plan)
    const placement = plan.placements[taskOf(value.task)]
    if (placement === undefined) throw new Error(`task ${value.task} has no placement`)
    const { resources } = placement
    candidates.push({
      key: `${value.run} ${slotKey(value)}`,
      pool: value.pool,
      resources,
      notBeforeMs: value.notBeforeMs,
    })
  }
  const admissions = admit(candidates, pools, capacity, ports.clock.nowMs())
  const jobs: JobRequest[] = []
  for (const [index, admission] of admissions.entries()) {
    const slot = waiting[index] as Stored<'slot'>
    const { resources } = candidates[index] as Candidate
    const job = await write(ports, slot, admission, resources)
    await setBackoff(ports, slot)
    if (job === undefined) continue
    jobs.push(job)
    await setHedge(ports, slot, plans.get(slot.value.run) as Plan, poolOf(pools, job.pool))
  }
  if (jobs.length > 0) await ports.pools.submit(jobs)
  return jobs.length
}

/** Writes what was decided for a slot; the job to submit, if any. A slot that was decided meanwhile gets none. */
async function write(
  ports: Pick<Ports, 'store' | 'clock'>,
  waiting: Stored<'slot'>,
  admission: Admission,
  resources: JobRequest['resources'],
): Promise<JobRequest | undefined> {
  const { run, task, attempt, clone } = waiting.value
  const slot: SlotRef = { run, task, attempt, clone }
  const job = `${run}-${slotKey(slot)}`
  return optimistic<JobRequest | undefined>(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'slot', waiting.id)
    if (stored?.value.state !== 'waiting') return { done: undefined }
    const atMs = ports.clock.nowMs()
    if (admission.kind === 'hold') {
      const { waitingFor } = admission
      if (stored.value.waitingFor === waitingFor) return { done: undefined }
      const held = change('slot', waiting.id, stored, { type: 'slot.held', atMs, waitingFor })
      return { write: [held], value: undefined }
    }
    const { pool } = admission
    const starting = change('slot', waiting.id, stored, { type: 'slot.starting', atMs, pool, job })
    return { write: [starting], value: { job, slot, pool, resources } }
  })
}

/** A slot that must not start yet is looked at again when it may. */
async function setBackoff(
  ports: Pick<Ports, 'timers' | 'clock'>,
  { value: { run, task, attempt, clone, notBeforeMs } }: Stored<'slot'>,
): Promise<void> {
  if (notBeforeMs === null || notBeforeMs <= ports.clock.nowMs()) return
  await ports.timers.set({ slot: { run, task, attempt, clone }, kind: 'backoff', atMs: notBeforeMs })
}

/** The first clone's start arms the hedge of its attempt: from here on it can be slow. */
async function setHedge(
  ports: Pick<Ports, 'timers' | 'clock'>,
  { value: slot }: Stored<'slot'>,
  plan: Plan,
  pool: Pool | undefined,
): Promise<void> {
  const placement = plan.placements[taskOf(slot.task)]
  if (placement?.hedgeAfterS == null || slot.kind === 'standby') return
  const { run, task, attempt } = slot
  const planned = placement.slots[slot.clone]
  // A clone that spilled into a slower pool is not slow before that pool could have started it.
  const spilledS = planned?.pool === slot.pool ? 0 : (pool?.startDelayS ?? 0)
  const atMs = ports.clock.nowMs() + (placement.hedgeAfterS + spilledS) * 1000
  for (const [clone, { kind }] of placement.slots.entries()) {
    if (kind !== 'standby') continue
    await ports.timers.set({ slot: { run, task, attempt, clone }, kind: 'hedge', atMs })
  }
}

function poolOf(pools: readonly Pool[], id: string): Pool | undefined {
  return pools.find((pool) => pool.id === id)
}

async function planOf(ports: Pick<Ports, 'store' | 'definitions'>, run: SlotRef['run']) {
  return ports.definitions.plan((await readRun(ports.store, run)).value)
}
