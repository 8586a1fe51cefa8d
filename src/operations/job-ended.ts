import { causeOfReason } from '#core/failure/cause-of-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { costUsd } from '#core/pools/cost.ts'
import { slotKey, taskOf } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isSlotTerminal, type Bill, type SlotEvent } from '#core/run/slot.ts'
import { finish } from '#operations/finish.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
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
  const outcome = await optimistic(ports.store, slot.run, async () => {
    const stored = await ports.store.rows.get(slot.run, 'slot', key)
    if (stored === undefined || stored.value.job !== job) return { done: 'unknown' as const }
    const { state, bill } = stored.value
    if (bill !== null) return { done: state === 'claimed' || state === 'failed' ? state : ('known' as const) }
    const atMs = ports.clock.nowMs()
    const billed: SlotEvent = { type: 'slot.billed', atMs, bill: await billOf(ports, event) }
    if (isSlotTerminal(state)) {
      return { write: [change('slot', key, stored, billed)], value: 'billed' as const }
    }
    const failed: SlotEvent = { type: 'slot.failed', atMs, failure: failureOf(event) }
    return { write: [change('slot', key, stored, failed, billed)], value: 'failed' as const }
  })
  await ports.dispatcher.request()
  if (outcome === 'failed' || outcome === 'claimed') await settle(ports, slot)
  if (outcome === 'billed') await finish(ports, slot.run)
}

function failureOf(event: JobEnded): Failure {
  return {
    cause: causeOfReason(event.reason),
    exitCode: event.exitCode,
    signal: null,
    evidence: event.reason,
  }
}

async function billOf(ports: Ports, { slot, pool, billedS }: JobEnded): Promise<Bill> {
  const run = await readRun(ports.store, slot.run)
  const placement = (await ports.definitions.plan(run.value)).placements[taskOf(slot.task)]
  const price = (await ports.pools.describe()).find((candidate) => candidate.id === pool)?.price
  return {
    times: { stagingInS: null, runningS: null, stagingOutS: null },
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    billedS,
    costUsd: placement === undefined || price === undefined ? 0 : costUsd(placement.resources, price, billedS),
  }
}
