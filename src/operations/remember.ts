import { familyOf, type Sample } from '#core/prediction/prediction.ts'
import { slotKey, taskOf } from '#core/run/ids.ts'
import type { Bill, SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** Keeps what a clone took in the history of its family. Idempotent by slot. */
export async function remember(
  ports: Pick<Ports, 'store' | 'clock'>,
  slot: SlotRecord,
  { times, usage }: Bill,
  how: Pick<Sample, 'outcome' | 'cause'>,
): Promise<void> {
  const { value: run } = await readRun(ports.store, slot.run)
  await ports.store.history.record({
    family: familyOf(run.workflow, taskOf(slot.task)),
    run: slot.run,
    slot: slotKey(slot),
    atMs: ports.clock.nowMs(),
    pool: slot.pool,
    ...how,
    runningS: times.runningS,
    cpuS: usage.cpuS,
    peakMemoryMiB: usage.peakMemoryMiB,
    bytesIn: usage.bytesIn,
    bytesOut: usage.bytesOut,
  })
}
