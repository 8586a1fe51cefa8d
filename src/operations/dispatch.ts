import { admit, type Admission, type Candidate } from '#core/dispatch/admit.ts'
import { meets } from '#core/planning/choose-pools.ts'
import type { Placement, Plan } from '#core/planning/plan.ts'
import type { Capacity, Pool, Room } from '#core/pools/pool.ts'
import { fits, take } from '#core/pools/room.ts'
import { slotKey, taskOf, type RunId, type SlotRef } from '#core/run/ids.ts'
import { change, type Stored } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Resources } from '#core/workflow/workflow.ts'
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
  for (let look = firstLook; ;) {
    const capacity = await ports.pools.capacity()
    if (!hasRoom(capacity)) return
    const waiting = await ports.store.rows.waiting(look)
    const { submitted, turnKept } = await place(ports, waiting, capacity)
    // Nobody goes before a slot that waits for the machine itself.
    if (waiting.length < look || turnKept) return
    // Nothing found a place behind so many: a longer look may find smaller or other ones.
    if (submitted === 0) look *= 4
  }
}

function hasRoom({ total, pools }: Capacity): boolean {
  return total.vcpus > 0 && Object.values(pools).some((pool) => pool.vcpus > 0)
}

/** What came of a look at waiting slots: jobs submitted, and whether one keeps the turn of all that come after it. */
interface Placed {
  readonly submitted: number
  readonly turnKept: boolean
}

async function place(ports: Ports, waiting: readonly Stored<'slot'>[], capacity: Capacity): Promise<Placed> {
  const pools = await ports.pools.describe()
  const plans = new Map<RunId, Plan | undefined>()
  const slots: Stored<'slot'>[] = []
  const candidates: Candidate[] = []
  for (const slot of waiting) {
    const { run, task, pool, notBeforeMs } = slot.value
    if (!plans.has(run)) plans.set(run, await planOf(ports, run))
    const plan = plans.get(run)
    if (plan === undefined) continue
    const { resources } = placementOf(plan, task)
    slots.push(slot)
    candidates.push({
      key: `${run} ${slotKey(slot.value)}`,
      pool: standIn(pools, pool, resources),
      resources,
      notBeforeMs,
    })
  }
  const admissions = admit(candidates, pools, capacity, ports.clock.nowMs())
  const jobs: JobRequest[] = []
  try {
    for (const [index, slot] of slots.entries()) {
      const { resources } = candidates[index] as Candidate
      const job = await write(ports, slot, admissions[index] as Admission, resources)
      await setBackoff(ports, slot)
      if (job === undefined) continue
      jobs.push(job)
      await setHedge(
        ports,
        slot.value,
        placementOf(plans.get(slot.value.run) as Plan, slot.value.task),
        pools,
        job.pool,
      )
    }
  } finally {
    // What has been written as starting is started, whatever became of the rest.
    if (jobs.length > 0) await ports.pools.submit(jobs)
  }
  return { submitted: jobs.length, turnKept: keepsTurn(candidates, admissions, capacity.total) }
}

/** Whether a slot was held since the machine, not its pool, is short of room. */
function keepsTurn(candidates: readonly Candidate[], admissions: readonly Admission[], total: Room): boolean {
  let left = total
  for (const [index, admission] of admissions.entries()) {
    const { resources } = candidates[index] as Candidate
    if (admission.kind === 'submit') left = take(resources, left)
    else if (admission.waitingFor === 'capacity' && !fits(resources, left)) return true
  }
  return false
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
  slot: SlotRecord,
  placement: Placement,
  pools: readonly Pool[],
  takenBy: string,
): Promise<void> {
  if (placement.hedgeAfterS === null || slot.kind === 'standby') return
  const { run, task, attempt } = slot
  const startDelayS = (id: string | undefined): number => pools.find((pool) => pool.id === id)?.startDelayS ?? 0
  // A clone that spilled into a slower pool is not slow before that pool could have started it.
  const spilledS = Math.max(0, startDelayS(takenBy) - startDelayS(placement.slots[slot.clone]?.pool))
  const atMs = ports.clock.nowMs() + (placement.hedgeAfterS + spilledS) * 1000
  for (const [clone, { kind }] of placement.slots.entries()) {
    if (kind !== 'standby') continue
    await ports.timers.set({ slot: { run, task, attempt, clone }, kind: 'hedge', atMs })
  }
}

/** The pool itself; for one that is gone since the plan was made, the pool that starts soonest of those that could serve. */
function standIn(pools: readonly Pool[], id: string, resources: Resources): string {
  if (pools.some((pool) => pool.id === id)) return id
  const able = pools.filter((pool) => meets(pool, {}, resources))
  return able.toSorted((a, b) => a.startDelayS - b.startDelayS)[0]?.id ?? id
}

function placementOf(plan: Plan, task: string): Placement {
  const placement = plan.placements[taskOf(task)]
  if (placement === undefined) throw new Error(`task ${task} has no placement`)
  return placement
}

/** The plan of a run that runs; `undefined` for one that is being cancelled, whose slots get no place. */
async function planOf(ports: Pick<Ports, 'store' | 'definitions'>, id: RunId): Promise<Plan | undefined> {
  const { value: run } = await readRun(ports.store, id)
  return run.state === 'running' ? ports.definitions.plan(run) : undefined
}
