import { causeOfReason } from '#core/failure/cause-of-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isSlotTerminal, type SlotEvent, type SlotRecord } from '#core/run/slot.ts'
import { billOf } from '#operations/bill-of.ts'
import { finish } from '#operations/finish.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { remember } from '#operations/remember.ts'
import { settle } from '#operations/settle.ts'
import type { JobEnded } from '#ports/pools.ts'

/**
 * The backstop of a clone's own report: a job that ended without one failed, for the cause that the pool's words tell.
 * After a report nothing is written, but a claim or failure that was taken and not settled is settled now. In any case
 * there is room now, so dispatch is asked for.
 */
export async function jobEnded(ports: Ports, event: JobEnded): Promise<void> {
  const { slot, job } = event
  const key = slotKey(slot)
  const bill = await billOf(ports, slot, event.pool, { ...unmeasured, billedS: event.billedS })
  const failure = failureOf(event)
  const outcome = await optimistic<Outcome>(ports.store, slot.run, async () => {
    const stored = await ports.store.rows.get(slot.run, 'slot', key)
    if (stored === undefined || stored.value.job !== job) return { done: { kind: 'known' } }
    const { state } = stored.value
    if (stored.value.bill !== null) {
      return { done: { kind: state === 'claimed' || state === 'failed' ? 'unsettled' : 'known' } }
    }
    const atMs = ports.clock.nowMs()
    const billed: SlotEvent = { type: 'slot.billed', atMs, bill }
    if (isSlotTerminal(state)) return { write: [change('slot', key, stored, billed)], value: { kind: 'billed' } }
    const failed: SlotEvent = { type: 'slot.failed', atMs, failure }
    return { write: [change('slot', key, stored, failed, billed)], value: { kind: 'failed', slot: stored.value } }
  })
  await ports.dispatcher.request()
  if (outcome.kind === 'billed') await finish(ports, slot.run)
  if (outcome.kind === 'failed' || outcome.kind === 'unsettled') await settle(ports, slot)
  if (outcome.kind === 'failed') await remember(ports, outcome.slot, bill, { outcome: 'failed', cause: failure.cause })
}

/** What the event came to: nothing new; a report that was taken and may not be settled; the end of a loser; a failure. */
type Outcome =
  | { readonly kind: 'known' | 'unsettled' | 'billed' }
  | { readonly kind: 'failed'; readonly slot: SlotRecord }

function failureOf(event: JobEnded): Failure {
  return {
    cause: causeOfReason(event.reason),
    exitCode: event.exitCode,
    signal: null,
    evidence: event.reason,
  }
}

/** Nobody has measured what a clone used that ended without a word. */
const unmeasured = {
  times: { stagingInS: null, runningS: null, stagingOutS: null },
  usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
} as const
