import { frozen } from '#adapters/store/frozen.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Kind, Records, Stored } from '#core/run/record.ts'

/** A row as it was written: its text, or what was read from it. */
interface Cached {
  readonly version: number
  text: string | null
  value: Records[Kind] | null
}

/** A slot and its task are looked at some twenty times in the few moments between their first event and their last. */
const capacity = 4096

/**
 * Rows that were written or read last, so that most reads need no look into the file. One engine writes a file at a time; a
 * row that somebody else has changed is found by the condition of the next write, and forgotten. What is read is frozen, since
 * readers share it.
 */
export class RowCache {
  readonly #rows = new Map<string, Cached>()

  /** The row as it was kept; `undefined` when the file has to be asked. */
  get<K extends Kind>(run: RunId, kind: K, id: string): Stored<K> | undefined {
    const row = this.#rows.get(keyOf(run, kind, id))
    return row && { kind, id, version: row.version, value: valueOf(row) as Records[K] }
  }

  /** The value of a row that is kept in this version. */
  valueOf<K extends Kind>(run: string, kind: K, id: string, version: number): Records[K] | undefined {
    const row = this.#rows.get(keyOf(run, kind, id))
    return row?.version === version ? (valueOf(row) as Records[K]) : undefined
  }

  /** Keeps a row whose text is durable. */
  wrote(run: string, kind: Kind, id: string, version: number, text: string): void {
    this.#keep(keyOf(run, kind, id), { version, text, value: null })
  }

  /** Keeps a row that was read from the file. */
  read<K extends Kind>(run: string, kind: K, id: string, version: number, value: Records[K]): Records[K] {
    const kept = frozen(value)
    this.#keep(keyOf(run, kind, id), { version, text: null, value: kept })
    return kept
  }

  forget(run: string, kind: Kind, id: string): void {
    this.#rows.delete(keyOf(run, kind, id))
  }

  #keep(key: string, row: Cached): void {
    this.#rows.delete(key)
    this.#rows.set(key, row)
    if (this.#rows.size <= capacity) return
    const [oldest] = this.#rows.keys()
    if (oldest !== undefined) this.#rows.delete(oldest)
  }
}

function valueOf(row: Cached): Records[Kind] {
  row.value ??= frozen(JSON.parse(row.text as string) as Records[Kind])
  row.text = null
  return row.value
}

function keyOf(run: string, kind: Kind, id: string): string {
  return `${run} ${kind} ${id}`
}
