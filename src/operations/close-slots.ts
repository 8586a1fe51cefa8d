import type { Stored } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Closes what slots of a decided attempt still hold: their jobs are ended first, since they cost money; then `between`
 * is done; then the waits of the state machine are answered, so that an execution outlives what it started.
 */
export async function closeSlots(
  ports: Pick<Ports, 'pools' | 'executions'>,
  slots: readonly Stored<'slot'>[],
  reason: string,
  between: () => Promise<void>,
): Promise<void> {
  const jobs = slots.flatMap(({ value }) => (value.job !== null && value.bill === null ? [value.job] : []))
  if (jobs.length > 0) await ports.pools.terminate(jobs, reason)
  await between()
  await Promise.all(slots.map(({ value }) => answerWait(ports, value)))
}

/** Answers the wait of a slot that is over, if it has one; one that was answered before stays so. */
export async function answerWait(
  ports: Pick<Ports, 'executions'>,
  { token, state }: Pick<SlotRecord, 'token' | 'state'>,
): Promise<void> {
  if (token !== null) await ports.executions.answer(token, { outcome: state })
}
