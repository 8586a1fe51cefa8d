import { inLanes } from '#core/in-lanes.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { armSlot } from '#operations/arm-slot.ts'
import { busySlots } from '#operations/busy-slots.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { maxAskedJobs, type JobRequest } from '#ports/pools.ts'

/** Seconds in which a pool comes to list what was submitted; what it does not know after the others is the watch's to find. */
const doubtfulS = { from: 5, to: 60 }
const lanes = 32

/**
 * Submits what a dispatch has written as starting that was killed before it could submit it: the watch would find it lost minutes later, and
 * start another attempt. Done by the next dispatch alone, since one submits at a time; a pool that knows a job after all adopts it.
 */
export async function submitStranded(ports: Ports): Promise<void> {
  const nowMs = ports.clock.nowMs()
  const doubtful: SlotRecord[] = []
  for await (const slot of busySlots(ports)) if (isDoubtful(slot, nowMs)) doubtful.push(slot)
  const known = new Set<string>()
  for (let at = 0; at < doubtful.length; at += maxAskedJobs) {
    const names = doubtful.slice(at, at + maxAskedJobs).flatMap(({ job }) => job ?? [])
    for (const { job } of await ports.pools.jobs(names)) known.add(job)
  }
  const stranded = doubtful.filter(({ job }) => job !== null && !known.has(job))
  if (stranded.length === 0) return
  await ports.pools.submit(stranded.flatMap(requestOf))
  const pools = await ports.pools.describe()
  for (const [id, slots] of Map.groupBy(stranded, ({ run }) => run)) {
    const { value: run } = await readRun(ports.store, id)
    await inLanes(slots, lanes, (slot) => armSlot(ports, slot, run, pools, nowMs, slot.pool))
  }
}

function isDoubtful({ state, startingAtMs }: SlotRecord, nowMs: number): boolean {
  const agoS = (nowMs - (startingAtMs ?? 0)) / 1000
  return state === 'starting' && agoS >= doubtfulS.from && agoS < doubtfulS.to
}

function requestOf({
  run,
  task,
  attempt,
  clone,
  job,
  pool,
  resources,
  timeoutS,
  variant,
}: SlotRecord): readonly JobRequest[] {
  return job === null ? [] : [{ job, slot: { run, task, attempt, clone }, pool, resources, timeoutS, variant }]
}
