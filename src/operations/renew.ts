import type { LeaseRenewal } from '#contract/clone-api.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { leaseS } from '#operations/lease.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'

/** Moves the end of a lease. `false`: its holder has lost it, and may claim nothing any more. */
export async function renew(
  ports: Pick<Ports, 'store' | 'clock'>,
  { slot, job, fence }: LeaseRenewal,
): Promise<boolean> {
  return optimistic(ports.store, slot.run, async () => {
    const stored = await ports.store.rows.get(slot.run, 'slot', slotKey(slot))
    const isHeld = stored?.value.state === 'running' && stored.value.job === job && stored.value.fence === fence
    if (!isHeld) return { done: false }
    const atMs = ports.clock.nowMs()
    // A clock that stepped back shortens no lease.
    const untilMs = Math.max(stored.value.leasedUntilMs ?? 0, atMs + leaseS * 1000)
    return { write: [change('slot', stored.id, stored, { type: 'slot.renewed', atMs, fence, untilMs })], value: true }
  })
}
