import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import { slotKey, type RunId } from '#core/run/ids.ts'
import { change, type Change } from '#core/run/record.ts'
import type { Start } from '#operations/start-executions.ts'

/** The slots of an attempt as changes, and the start of its active ones. */
export interface NewAttempt {
  readonly slots: readonly Change<'slot'>[]
  readonly start: Start
}

/** Makes the slot rows of an attempt, before anything is allocated for them. Clones are numbered from 0. */
export function newAttempt(attempt: {
  readonly run: RunId
  readonly task: string
  readonly number: number
  readonly slots: readonly PlannedSlot[]
  readonly placement: Pick<Placement, 'rank' | 'predicted'>
  readonly notBeforeMs: number | null
  readonly atMs: number
}): NewAttempt {
  const { run, task, number, placement, notBeforeMs, atMs } = attempt
  const slots = attempt.slots.map((slot, clone) => {
    const key = slotKey({ task, attempt: number, clone })
    return change('slot', key, undefined, {
      type: 'slot.created',
      atMs,
      run,
      task,
      attempt: number,
      clone,
      ...slot,
      // A second clone is insurance: it goes level with what follows the first one, not ahead of its peers.
      rank: placement.rank - clone * placement.predicted.durationS.p50,
      notBeforeMs,
    })
  })
  const clones = attempt.slots.flatMap((slot, clone) => (slot.kind === 'active' ? [clone] : []))
  return { slots, start: { task, attempt: number, clones } }
}
