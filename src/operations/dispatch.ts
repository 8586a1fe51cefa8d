import { admit, type Admission, type Candidate, type Purse } from '#core/dispatch/admit.ts'
import { inLanes } from '#core/in-lanes.ts'
import { meets } from '#core/planning/choose-pools.ts'
import { worstCaseUsd } from '#core/pools/cost.ts'
import type { Capacity, Pool } from '#core/pools/pool.ts'
import { givenOn } from '#core/pools/size.ts'
import { slotKey, type RunId } from '#core/run/ids.ts'
import { freeNanoUsd, payableNanoUsd } from '#core/run/ledger.ts'
import type { Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Resources } from '#core/workflow/workflow.ts'
import { armSlot } from '#operations/arm-slot.ts'
import { ledgerOf } from '#operations/ledger-of.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { type Start, type Started, startSlots } from '#operations/start-slots.ts'
import { holdSlot, refuseSlot } from '#operations/write-admission.ts'
import type { PlacedClone } from '#ports/pools.ts'

/** Slots looked at first; four times as many while there is room left and slots to fill it. */
const firstLook = 8
/**
 * As many as there is room for are looked at together, up to so many: what is placed together is written and submitted together, and waits
 * for the watch should this process end between the two.
 */
const widestLook = 500
/** Slots whose timers are set at a time. */
const lanes = 32

/**
 * The only act that submits jobs: takes waiting slots by rank while there is room for them and money to pay them, and writes
 * on the rest what they wait for. One at a time in an engine, or an account. What is left at `untilMs` is for another dispatch, which
 * it asks for.
 */
export async function dispatch(ports: Ports, untilMs: number = Infinity): Promise<void> {
  for (let least = firstLook; ;) {
    if (ports.clock.nowMs() >= untilMs) return ports.dispatcher.request()
    const capacity = await ports.pools.capacity()
    if (!hasRoom(capacity)) return
    const look = Math.max(least, Math.min(Math.floor(capacity.total.vcpus), widestLook))
    const waiting = await ports.store.rows.waiting(look)
    const placed = await place(ports, waiting, capacity)
    if (placed.outdated) continue
    // Nobody goes before a slot that waits for the machine itself.
    if (waiting.length < look || placed.machineClosed) return
    // Nothing changed behind so many: a longer look may find smaller or other ones.
    if (!placed.moved) least = look * 4
  }
}

function hasRoom({ total, pools }: Capacity): boolean {
  return total.vcpus > 0 && Object.values(pools).some((pool) => pool.vcpus > 0)
}

/** What came of a look at waiting slots. */
interface Placed {
  /** Some wait no more. */
  readonly moved: boolean
  /** Some had changed since they were read: what they were given is free for others. */
  readonly outdated: boolean
  readonly machineClosed: boolean
}

async function place(ports: Ports, waiting: readonly Stored<'slot'>[], capacity: Capacity): Promise<Placed> {
  const pools = await ports.pools.describe()
  const runs = await runsOf(ports, waiting)
  const slots = waiting.filter(({ value }) => runs.has(value.run))
  const candidates = slots.map(({ value }) => candidateOf(value, runs.get(value.run) as RunRecord, pools))
  const purses = await pursesOf(ports, runs)
  const nowMs = ports.clock.nowMs()
  const { admissions, machineClosed } = admit(candidates, { pools, capacity, purses }, nowMs)
  const asked = slots.map((slot, index): Asked => ({
    slot,
    run: runs.get(slot.value.run) as RunRecord,
    admission: admissions[index] as Admission,
  }))
  const [written, held] = await Promise.all([
    start(ports, asked),
    Promise.allSettled(
      asked.map(async ({ slot, admission }) => {
        if (admission.kind === 'hold') await holdSlot(ports, slot, admission.waitingFor)
      }),
    ),
  ])
  const started = asked.map(({ slot }) => {
    const outcome = written.get(slot)
    return outcome?.status === 'fulfilled' ? outcome.value : null
  })
  const jobs = started.filter((job) => job != null)
  // What has been written as starting is started, whatever became of the rest.
  if (jobs.length > 0) await ports.pools.submit(jobs)
  for (const write of [...written.values(), ...held]) if (write.status === 'rejected') throw write.reason
  await inLanes([...asked.entries()], lanes, ([index, { slot, run }]) =>
    armSlot(ports, slot.value, run, pools, nowMs, started[index]?.pool),
  )
  let outdated = started.includes(undefined)
  let refused = 0
  for (const { slot, run, admission } of asked) {
    if (admission.kind !== 'refuse') continue
    if (await refuseSlot(ports, slot, run, admission)) refused += 1
    else outdated = true
  }
  return { moved: jobs.length + refused > 0, outdated, machineClosed }
}

/** A waiting slot, and what was decided of it. */
interface Asked {
  readonly slot: Stored<'slot'>
  readonly run: RunRecord
  readonly admission: Admission
}

/** Names the jobs of those that are admitted, then writes them: by its name alone a job is found that was submitted by a process that died. */
async function start(ports: Ports, asked: readonly Asked[]): Promise<ReadonlyMap<Stored<'slot'>, Started>> {
  const admitted = asked.flatMap(({ slot, run, admission }) => {
    if (admission.kind !== 'submit') return []
    const { task, attempt, clone, resources, timeoutS, variant } = slot.value
    const place: PlacedClone = {
      slot: { run: run.id, task, attempt, clone },
      pool: admission.pool,
      resources,
      timeoutS,
      variant,
    }
    return [{ slot, run, place, reservedNanoUsd: admission.reservedNanoUsd }]
  })
  if (admitted.length === 0) return new Map()
  const names = await ports.pools.names(admitted.map(({ place }) => place))
  const starts = admitted.map(({ slot, run, place, reservedNanoUsd }, at): Start => {
    return { slot, run, request: { ...place, job: names[at] as string }, reservedNanoUsd }
  })
  const outcomes = await startSlots(ports, starts)
  return new Map(starts.map(({ slot }, at) => [slot, outcomes[at] as Started]))
}

/** The runs of the slots, as far as they run: slots of one that is being cancelled get no place. */
async function runsOf(
  ports: Pick<Ports, 'store'>,
  waiting: readonly Stored<'slot'>[],
): Promise<ReadonlyMap<RunId, RunRecord>> {
  const runs = new Map<RunId, RunRecord>()
  for (const id of new Set(waiting.map(({ value }) => value.run))) {
    const { value: run } = await readRun(ports.store, id)
    if (run.state === 'running') runs.set(id, run)
  }
  return runs
}

async function pursesOf(
  ports: Pick<Ports, 'store'>,
  runs: ReadonlyMap<RunId, RunRecord>,
): Promise<ReadonlyMap<RunId, Purse>> {
  const purses = new Map<RunId, Purse>()
  for (const run of runs.values()) {
    const ledger = await ledgerOf(ports.store, run)
    if (ledger === undefined) continue
    purses.set(run.id, { freeNanoUsd: freeNanoUsd(ledger), reserved: ledger.reservedNanoUsd > 0 })
  }
  return purses
}

function candidateOf(slot: SlotRecord, { id, budgetUsd }: RunRecord, pools: readonly Pool[]): Candidate {
  const { pool, resources, timeoutS, notBeforeMs } = slot
  const worst = ({ id: name, price, platform }: Pool) => {
    return [name, payableNanoUsd(worstCaseUsd(givenOn(platform.kind, resources), price, timeoutS))] as const
  }
  return {
    key: `${id} ${slotKey(slot)}`,
    pool: standIn(pools, pool, resources),
    resources,
    notBeforeMs,
    price: budgetUsd === null ? null : { purse: id, nanoUsd: Object.fromEntries(pools.map(worst)) },
  }
}

/** The pool itself; for one that is gone since the plan was made, the pool that starts soonest of those that could serve. */
function standIn(pools: readonly Pool[], id: string, resources: Resources): string {
  if (pools.some((pool) => pool.id === id)) return id
  const able = pools.filter((pool) => meets(pool, {}, resources))
  return able.toSorted((a, b) => a.startDelayS - b.startDelayS)[0]?.id ?? id
}
