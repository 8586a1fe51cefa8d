import type { Change } from '#core/run/record.ts'
import { type Check, maxChanges } from '#ports/store.ts'

/** @throws when a commit breaks the rules of {@link Rows.commit}: a bug of the caller, found before anything is written. */
export function assertCommit(changes: readonly Change[], checks: readonly Check[]): void {
  const size = changes.length + checks.length
  if (size > maxChanges) throw new Error(`a commit of ${size} rows: at most ${maxChanges} fit`)
  const seen = new Set<string>()
  for (const { kind, id } of [...changes, ...checks]) {
    const row = `${kind} ${id}`
    if (seen.has(row)) throw new Error(`a commit names ${row} twice`)
    if (kind === 'run' && id !== 'run') throw new Error(`the run's own row is called run, not ${id}`)
    seen.add(row)
  }
  for (const { kind, id, events } of changes) {
    if (events.length === 0) throw new Error(`a change of ${kind} ${id} without an event`)
  }
}
