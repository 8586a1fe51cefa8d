import { evolve, type Events, type Kind, type Stored } from '#core/run/record.ts'

/** An event as the log holds it: whose it is, and the version the row had after it. */
export interface LoggedEvent<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  readonly version: number
  readonly event: Events[K]
}

/**
 * The rows that a log leads to, from nothing. Events of one row are taken by version; the order across rows does not
 * matter. O(n log n). @throws when a version is missing or a row does not accept its event: the log is not whole.
 */
export function replay(log: readonly LoggedEvent[]): ReadonlyMap<string, Stored<Kind>> {
  const rows = new Map<string, Stored<Kind>>()
  for (const logged of [...log].sort((a, b) => a.version - b.version)) {
    const key = `${logged.kind} ${logged.id}`
    const before = rows.get(key)
    if (logged.version !== (before?.version ?? 0) + 1) {
      throw new Error(`version ${logged.version} of ${key} follows ${before?.version ?? 0}`)
    }
    rows.set(key, {
      kind: logged.kind,
      id: logged.id,
      version: logged.version,
      value: evolve(logged.kind, before?.value, logged.event),
    })
  }
  return rows
}
