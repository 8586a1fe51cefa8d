import type { AttemptDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'

/** The clone whose result was committed; of a result made of several, the one that it waited for. */
export function winnerOf(task: TaskDocument): SlotDocument | undefined {
  const slots = task.attempts.at(-1)?.slots ?? []
  const parts = slots.filter(({ state, endedAt }) => state === 'contributed' && endedAt !== null)
  return (
    slots.find(({ state }) => state === 'won') ??
    parts.toSorted((a, b) => Date.parse(b.endedAt ?? '') - Date.parse(a.endedAt ?? ''))[0]
  )
}

/** Clones of an attempt that took part: a standby slot that was not called up is none. */
export function clonesOf(attempt: AttemptDocument): readonly SlotDocument[] {
  return attempt.slots.filter((slot) => slot.state !== 'standby' && (slot.kind === 'active' || slot.why !== null))
}

/** Whether a clone was given a place: who only waited was in no race. */
export function ran(slot: SlotDocument): boolean {
  return slot.timesS.starting !== null
}

/** Every clone of a task, with the attempt it belongs to. */
export function allClones(
  task: TaskDocument,
): readonly { readonly attempt: AttemptDocument; readonly slot: SlotDocument }[] {
  return task.attempts.flatMap((attempt) => clonesOf(attempt).map((slot) => ({ attempt, slot })))
}

/** Epoch milliseconds at which a task's last clone ended; the winner's, when there is one. */
export function endedAtMs(task: TaskDocument): number | null {
  const won = winnerOf(task)
  const ends = won === undefined ? allClones(task).map(({ slot }) => slot.endedAt) : [won.endedAt]
  const known = ends.flatMap((end) => (end === null ? [] : [Date.parse(end)]))
  return known.length === 0 ? null : Math.max(...known)
}
