import type { Failure } from '#core/failure/cause.ts'
import { slotKey, type SlotRef } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isSlotTerminal } from '#core/run/slot.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { surelyHeldS } from '#operations/last-sign.ts'
import { leaseS } from '#operations/lease.ts'
import { neverLeased } from '#operations/never-leased.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { remember } from '#operations/remember.ts'
import { settle } from '#operations/settle.ts'

/** Seconds after which a pool that does not know a job is believed. */
const unknownAfterS = 60

/**
 * Looks after a clone whose next sign is overdue. Its pool is asked first: a job that has ended is dealt with as if its
 * event had just come, one that the pool never heard of is lost. A clone whose job lives but whose lease ran out is
 * fenced: whoever has it may claim nothing any more. One that has its place and took no lease for as long as one lasts is
 * ended: it did not start. Otherwise it is looked at again when its lease ends.
 */
export async function checkClone(ports: Ports, slot: SlotRef): Promise<void> {
  const key = slotKey(slot)
  const stored = await ports.store.rows.get(slot.run, 'slot', key)
  if (stored === undefined || stored.value.job === null || stored.value.bill !== null) return
  const { job, pool, startingAtMs } = stored.value
  const nowMs = ports.clock.nowMs()
  const [known] = await ports.pools.jobs([job])
  if (known?.state === 'ended') return jobEnded(ports, known.ended, { final: true })
  if (known === undefined && nowMs >= (startingAtMs ?? 0) + unknownAfterS * 1000) {
    const reason = 'job lost: its pool does not know it'
    const billedS = surelyHeldS(stored.value)
    return jobEnded(ports, { job, slot, pool, atMs: nowMs, billedS, exitCode: null, reason }, { final: true })
  }
  const startedAtMs = known?.startedAtMs ?? null
  if (stored.value.state === 'starting' && startedAtMs !== null && nowMs >= startedAtMs + leaseS * 1000) {
    return ports.pools.terminate([job], neverLeased(leaseS))
  }
  if (isSlotTerminal(stored.value.state)) return
  const fenced = await optimistic<boolean | number>(ports.store, slot.run, async () => {
    const current = await ports.store.rows.get(slot.run, 'slot', key)
    if (current?.value.state !== 'running') return { done: false }
    const { leasedUntilMs } = current.value
    const atMs = ports.clock.nowMs()
    if (leasedUntilMs !== null && leasedUntilMs > atMs) return { done: leasedUntilMs }
    return { write: [change('slot', key, current, { type: 'slot.fenced', atMs, failure: silent })], value: true }
  })
  if (typeof fenced === 'number') return ports.timers.set({ kind: 'lease', slot, atMs: fenced })
  if (!fenced) return
  await ports.pools.terminate([job], 'its lease ran out')
  await settle(ports, slot)
  await remember(ports, stored.value, null, { outcome: 'failed', cause: silent.cause })
}

const silent: Failure = {
  cause: 'host-lost',
  confidence: 'likely',
  exitCode: null,
  signal: null,
  evidence: 'its agent did not renew its lease',
}
