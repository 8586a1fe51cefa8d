import type { Cause } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import { givenOn } from '#core/pools/size.ts'
import { familyOf, type Sample } from '#core/prediction/prediction.ts'
import { slotKey, taskOf } from '#core/run/ids.ts'
import type { Bill, SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/**
 * Keeps what a clone took in the history of its family, and what its failure was followed by; so it is called after
 * settle. Without a bill, as after a lost lease, nothing of its use is known. Idempotent by slot.
 */
export async function remember(
  ports: Pick<Ports, 'store' | 'pools' | 'clock'>,
  slot: SlotRecord,
  bill: Pick<Bill, 'times' | 'usage'> | null,
  how: Pick<Sample, 'outcome' | 'cause'>,
): Promise<void> {
  const { value: run } = await readRun(ports.store, slot.run)
  const atMs = ports.clock.nowMs()
  const pool = (await ports.pools.describe()).find(({ id }) => id === slot.pool)
  await ports.store.history.record({
    family: familyOf(run.workflow, taskOf(slot.task)),
    run: slot.run,
    slot: slotKey(slot),
    atMs,
    pool: slot.pool,
    variant: slot.variant,
    memoryMiB: givenOn(pool?.platform.kind ?? 'machine', slot.resources).memoryMiB,
    timeoutS: slot.timeoutS,
    ...how,
    remedy: how.cause === null ? null : await remedyAfter(ports, slot, how.cause),
    runningS: bill?.times.runningS ?? (how.outcome === 'failed' ? lostS(slot, atMs) : null),
    cpuS: bill?.usage.cpuS ?? null,
    peakMemoryMiB: bill?.usage.peakMemoryMiB ?? null,
    bytesIn: bill?.usage.bytesIn ?? 0,
    bytesOut: bill?.usage.bytesOut ?? 0,
  })
}

/** What followed the attempt, when it ended by this cause; `null`: its siblings went on, or it ended by another. */
async function remedyAfter(ports: Pick<Ports, 'store'>, slot: SlotRecord, cause: Cause): Promise<RemedyKind | null> {
  const row = await ports.store.rows.get(slot.run, 'task', slot.task)
  const attempt = row?.value.attempts.find(({ number }) => number === slot.attempt)
  return attempt?.failure?.cause === cause ? attempt.remedy : null
}

/** Seconds that a clone ran of which nobody told how long its command did. */
function lostS({ runningAtMs, endedAtMs }: SlotRecord, nowMs: number): number | null {
  return runningAtMs === null ? null : Math.max(0, (endedAtMs ?? nowMs) - runningAtMs) / 1000
}
