import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { afterChange, type Change, type Kind, type Stored } from '#core/run/record.ts'
import { maxChanges, type Check, type Conflict, type Rows } from '#ports/store.ts'

/**
 * Rows of a run whose first commits are kept, read back as if they were made, and then made as one. Until then a row is read
 * once: what is written holds only if it still is so. After that, and for all that does not fit, they are the rows themselves.
 */
export class JoinedWrites implements Rows {
  /** What is thrown once another writer was first: then nothing was written. */
  readonly overtaken = new Error('another writer was first')
  readonly #rows: Rows
  readonly #run: RunId
  readonly #changes = new Map<string, Change>()
  readonly #checks = new Map<string, Check>()
  readonly #read = new Map<string, Promise<unknown>>()
  #made: Promise<void> | undefined

  constructor(rows: Rows, run: RunId) {
    this.#rows = rows
    this.#run = run
  }

  /** Whether commits are still being kept. */
  get isOpen(): boolean {
    return this.#made === undefined
  }

  /** Makes what is kept, if anything is. @throws {@link overtaken}, then and each time from then on. */
  async make(): Promise<void> {
    if (this.#changes.size > 0) this.#made ??= this.#commit()
    await this.#made
  }

  async get<K extends Kind>(run: RunId, kind: K, id: string): Promise<Stored<K> | undefined> {
    if (this.isOpen && run === this.#run) {
      const name = nameOf(kind, id)
      const kept = this.#changes.get(name) as Change<K> | undefined
      if (kept !== undefined) return afterChange(kept)
      const read = this.#read.get(name) ?? this.#rows.get(run, kind, id)
      this.#read.set(name, read)
      return read as Promise<Stored<K> | undefined>
    }
    await this.#made
    return this.#rows.get(run, kind, id)
  }

  async commit(run: RunId, changes: readonly Change[], checks: readonly Check[] = []): Promise<Result<void, Conflict>> {
    if (this.isOpen && run === this.#run) {
      const stale =
        changes.find(({ kind, id, expected }) => this.#isStale(kind, id, expected)) ??
        checks.find(({ kind, id, version }) => this.#isStale(kind, id, version))
      if (stale !== undefined) return err({ kind: stale.kind, id: stale.id })
      if (this.#keep(changes, checks)) return ok(undefined)
    }
    await this.make()
    return this.#rows.commit(run, changes, checks)
  }

  list: Rows['list'] = async (...asked) => {
    await this.make()
    return this.#rows.list(...asked)
  }
  waiting: Rows['waiting'] = async (...asked) => {
    await this.make()
    return this.#rows.waiting(...asked)
  }
  busy: Rows['busy'] = async (...asked) => {
    await this.make()
    return this.#rows.busy(...asked)
  }
  runs: Rows['runs'] = async (...asked) => {
    await this.make()
    return this.#rows.runs(...asked)
  }
  active: Rows['active'] = async (...asked) => {
    await this.make()
    return this.#rows.active(...asked)
  }

  async #commit(): Promise<void> {
    const made = await this.#rows.commit(this.#run, [...this.#changes.values()], [...this.#checks.values()])
    if (!made.ok) throw this.overtaken
  }

  /** Whether a row was written here since it was read. @throws when it was written elsewhere, as far as is known. */
  #isStale(kind: Kind, id: string, version: number): boolean {
    const name = nameOf(kind, id)
    const kept = this.#changes.get(name)
    if (kept !== undefined) return afterChange(kept).version !== version
    if ((this.#checks.get(name)?.version ?? version) === version) return false
    this.#made = Promise.reject(this.overtaken)
    // It is thrown right here.
    this.#made.catch(() => undefined)
    throw this.overtaken
  }

  /** `false`: there is no room for them. */
  #keep(changes: readonly Change[], checks: readonly Check[]): boolean {
    const rows = new Set([...this.#changes.keys(), ...this.#checks.keys()])
    for (const { kind, id } of [...changes, ...checks]) rows.add(nameOf(kind, id))
    if (rows.size > maxChanges) return false
    for (const check of checks) {
      const name = nameOf(check.kind, check.id)
      if (!this.#changes.has(name)) this.#checks.set(name, check)
    }
    for (const change of changes) {
      const name = nameOf(change.kind, change.id)
      const before = this.#changes.get(name)
      this.#checks.delete(name)
      this.#changes.set(name, before === undefined ? change : followedBy(before, change))
    }
    return true
  }
}

function followedBy({ kind, id, expected, events }: Change, after: Change): Change {
  return { kind, id, expected, events: [...events, ...after.events], value: after.value }
}

function nameOf(kind: Kind, id: string): string {
  return `${kind} ${id}`
}
