import type { RunId } from '#core/run/ids.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { busySlots } from '#operations/busy-slots.ts'
import { checkClone } from '#operations/check-clone.ts'
import type { Ports } from '#operations/ports.ts'
import { sweep } from '#operations/sweep.ts'

/** Seconds between two watches. */
export const watchEveryS = 60
/** A run at which nothing works is swept at once, any other one as often as this. */
const sweepEveryS = 600
/** Seconds without a sign after which a clone is asked for. */
const overdueS = 150
const pageSize = 500

/**
 * Repairs what events that got lost have left, each minute while runs are active: clones whose next sign is overdue are asked
 * for, runs at which nothing works are swept. A lost or repeated event never loses or doubles work, since all that is done
 * here is a no-op where nothing is missing. Runs that are not `ours` are left alone. O(clones alive + rows of the runs that are
 * swept).
 */
export async function watch(ports: Ports, ours: (run: RunId) => boolean = () => true): Promise<void> {
  const nowMs = ports.clock.nowMs()
  const atWork = new Set<string>()
  for await (const slot of busySlots(ports)) {
    atWork.add(slot.run)
    if (ours(slot.run) && isOverdue(slot, nowMs)) {
      const { run, task, attempt, clone } = slot
      await checkClone(ports, { run, task, attempt, clone })
    }
  }
  // What has a token is dispatched when there is room, and room is looked for now.
  for (const { value } of await ports.store.rows.waiting(pageSize)) atWork.add(value.run)
  await ports.dispatcher.request()
  const all = Math.floor(nowMs / 1000 / sweepEveryS) !== Math.floor((nowMs / 1000 - watchEveryS) / sweepEveryS)
  let after: string | undefined
  do {
    const page = await ports.store.rows.active({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    for (const { id } of page.items) if (ours(id) && (all || !atWork.has(id))) await sweep(ports, id)
    after = page.next
  } while (after !== undefined)
}

/** Since a clone is heard of when it starts, with each renewal of its lease, and when its job ends. */
function isOverdue(slot: SlotRecord, nowMs: number): boolean {
  const { startingAtMs, leasedUntilMs, endedAtMs } = slot
  if (slot.state === 'running' && leasedUntilMs !== null) return leasedUntilMs < nowMs
  return (endedAtMs ?? startingAtMs ?? nowMs) + overdueS * 1000 < nowMs
}
