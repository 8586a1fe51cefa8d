import { causeOfReason } from '#core/failure/cause-of-reason.ts'
import type { Cause, Failure } from '#core/failure/cause.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isSlotTerminal, type SlotEvent, type SlotRecord, type SlotState } from '#core/run/slot.ts'
import { billOf } from '#operations/bill-of.ts'
import { answerWait } from '#operations/close-slots.ts'
import { finish } from '#operations/finish.ts'
import { settledBy, settling } from '#operations/ledger-of.ts'
import { neverLeasedWords } from '#operations/never-leased.ts'
import type { Ports } from '#operations/ports.ts'
import { remember } from '#operations/remember.ts'
import { settle } from '#operations/settle.ts'
import type { JobEnded } from '#ports/pools.ts'

/** Seconds that a report may come after the end of its job: a pool's events and the clone's own word race. */
const reportGraceS = 30

/**
 * The backstop of a clone's own report: a job that ended without one failed, for the cause that the pool's words tell.
 * One that ended well (exit code 0) may have a report on its way: it is looked at again after {@link reportGraceS}, unless
 * this is `final`. After a report nothing is written, but a claim or failure that was taken and not settled is settled now.
 * In any case there is room now, so dispatch is asked for.
 */
export async function jobEnded(
  ports: Ports,
  event: JobEnded,
  { final = false }: { readonly final?: boolean } = {},
): Promise<void> {
  const { slot, job } = event
  const key = slotKey(slot)
  const held = await ports.store.rows.get(slot.run, 'slot', key)
  if (held === undefined) return ports.dispatcher.request()
  const place = { pool: event.pool, resources: held.value.resources }
  const bill = await billOf(ports, place, { ...unmeasured, billedS: event.billedS })
  const outcome = await settling<Outcome>(ports.store, held, async (stored, ledger) => {
    if (stored.value.job !== job) return { done: { kind: 'known' } }
    const { state } = stored.value
    if (stored.value.bill !== null) return { done: { kind: undecided.has(state) ? 'unsettled' : 'known' } }
    const ended = isSlotTerminal(state) || state === 'claimed'
    if (!ended && event.exitCode === 0 && !final) return { done: { kind: 'early' } }
    const atMs = ports.clock.nowMs()
    const failure = failureOf(event, stored.value)
    const events: SlotEvent[] = ended ? [] : [{ type: 'slot.failed', atMs, failure }]
    const [first, ...rest] = [...events, { type: 'slot.billed', atMs, bill } as const]
    const settled = settledBy(ledger, stored.value, bill, atMs)
    return {
      write: [change('slot', key, stored, first, ...rest), ...settled],
      value: ended
        ? { kind: state === 'claimed' ? 'unsettled' : 'billed' }
        : { kind: 'failed', slot: stored.value, cause: failure.cause },
    }
  })
  await ports.dispatcher.request()
  switch (outcome.kind) {
    case 'known':
      return
    case 'early':
      return ports.timers.set({ kind: 'lease', slot, atMs: ports.clock.nowMs() + reportGraceS * 1000 })
    case 'billed':
      await answerWait(ports, held.value)
      return finish(ports, slot.run)
    case 'unsettled':
      return settle(ports, slot)
    case 'failed':
      await settle(ports, slot)
      return remember(ports, outcome.slot, bill, { outcome: 'failed', cause: outcome.cause })
  }
}

/**
 * What the event came to: nothing new; a report may still come; one that was taken may not be settled; the end of a loser;
 * a failure.
 */
type Outcome =
  | { readonly kind: 'known' | 'early' | 'unsettled' | 'billed' }
  | { readonly kind: 'failed'; readonly slot: SlotRecord; readonly cause: Cause }

/** Ends of a clone that an attempt is yet to be decided by. */
const undecided: ReadonlySet<SlotState> = new Set<SlotState>(['claimed', 'failed', 'rejected', 'fenced'])

/** What a command does: not one that never ran. */
const commands: ReadonlySet<Cause> = new Set<Cause>(['user-error', 'timed-out', 'unknown'])

/** A clone that never had a lease ran no command: what ended it is its start. */
function failureOf({ reason, exitCode }: JobEnded, { fence }: SlotRecord): Failure {
  const seen = causeOfReason(reason, exitCode)
  if (fence === 0 && commands.has(seen.cause)) {
    const evidence = `its job ended before it had a lease: ${reason}${isOfImage(reason) ? entrypointHint : ''}`
    return { cause: 'start-failed', confidence: 'likely', exitCode, signal: null, evidence }
  }
  if (exitCode === 0 && seen.cause === 'unknown') {
    // An agent whose command failed says so: one that ends well without a word was not heard, or not the one that worked.
    const evidence = `its job ended well, and it never reported: ${reason}`
    return { cause: 'host-lost', confidence: 'possible', exitCode, signal: null, evidence }
  }
  const evidence = fence === 0 && isOfImage(reason) ? `${reason}${entrypointHint}` : reason
  return { ...seen, exitCode, signal: null, evidence }
}

/** Whether a container that took no lease ended by itself, or had to be ended: an image may do anything with the command that it is given. */
function isOfImage(reason: string): boolean {
  return reason.startsWith('Essential container in task exited') || reason.startsWith(neverLeasedWords)
}

const entrypointHint =
  '; should it be so each time, the ENTRYPOINT of its image does not run the command that it is given'

/** Nobody has measured what a clone used that ended without a word. */
const unmeasured = {
  times: { stagingInS: null, runningS: null, stagingOutS: null },
  usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
} as const
