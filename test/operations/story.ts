import type { Failure } from '#core/failure/cause.ts'
import type { RunId } from '#core/run/ids.ts'
import type { SlotEvent } from '#core/run/slot.ts'
import type { ListedEvent } from '#ports/store.ts'

/** A clone's own failure, with exit code 1 and this on its stderr. */
export function userError(evidence = 'no luck'): Failure {
  return { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence }
}

/** When each slot had an event of this type, in seconds from the run's submission. */
export function secondsOf(log: readonly ListedEvent[], type: SlotEvent['type']): Readonly<Record<string, number>> {
  const startMs = log[0]?.event.atMs ?? 0
  return Object.fromEntries(
    log.filter(({ event }) => event.type === type).map(({ id, event }) => [id, (event.atMs - startMs) / 1000]),
  )
}

/** The job that dispatch names for a slot. */
export function jobName(run: RunId, slot: string): string {
  return `${run}-${slot}`
}
