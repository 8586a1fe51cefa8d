import type { Stored } from '#core/run/record.ts'
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
  for (const { value } of slots) {
    if (value.token !== null) await ports.executions.answer(value.token, { outcome: value.state })
  }
}
