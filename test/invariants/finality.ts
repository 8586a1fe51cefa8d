import { canonicalHash } from '#core/hash.ts'
import { replay } from '#core/run/replay.ts'
import type { RunHistory } from './history.ts'

const endsRow: ReadonlySet<string> = new Set([
  'run.finished',
  'task.committed',
  'task.failed',
  'task.skipped',
  'task.cancelled',
  'slot.decided',
  'slot.failed',
  'slot.fenced',
  'group.started',
])

/** I4: terminal states are final. After its end, only its bill comes to a slot; after the end of a run, nothing. */
export function changedAfterTheEnd({ log }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const over = new Set<string>()
  let runIsOver = false
  for (const { kind, id, event } of log) {
    const row = `${kind} ${id}`
    if (over.has(row) && event.type !== 'slot.billed') breaches.push(`I4 ${event.type} after the end of ${row}`)
    // The count of what has ended may come after the end of a run that was cancelled.
    if (runIsOver && kind !== 'group') breaches.push(`I4 ${event.type} of ${row} after the end of the run`)
    if (endsRow.has(event.type)) over.add(row)
    if (event.type === 'run.finished') runIsOver = true
  }
  return breaches
}

/** I4: the log replayed from empty gives the stored rows. */
export function rowsBesideTheLog({ log, rows }: RunHistory): readonly string[] {
  let replayed: ReturnType<typeof replay>
  try {
    replayed = replay(log)
  } catch (error) {
    return [`I4 the log cannot be replayed: ${String(error)}`]
  }
  const breaches: string[] = []
  if (replayed.size !== rows.length) breaches.push(`I4 the log gives ${replayed.size} rows, the store ${rows.length}`)
  for (const row of rows) {
    const again = replayed.get(`${row.kind} ${row.id}`)
    const same = again?.version === row.version && canonicalHash(again.value) === canonicalHash(row.value)
    if (!same) breaches.push(`I4 replay of ${row.kind} ${row.id} differs from its row`)
  }
  return breaches
}
