import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, kinds, type Change, type Events, type Kind, type Stored } from '#core/run/record.ts'
import { everyRow } from '#operations/every-row.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'

/** What one commit appended to one row. */
interface Appended {
  readonly kind: Kind
  readonly id: string
  /** The row's version before; 0: it was absent. */
  readonly expected: number
  readonly events: readonly Events[Kind][]
}

/** One thing that was made durable, in order. Objects are text: a recorded clone writes nothing else. */
export type Step =
  | { readonly object: string; readonly text: string }
  | { readonly run: RunId; readonly commit: readonly Appended[] }

/** What an engine of some version did: all that it made durable, and the rows that it had in the end. */
export interface History {
  readonly steps: readonly Step[]
  readonly rows: readonly { readonly run: RunId; readonly row: Stored<Kind> }[]
}

/** A line a step, then a line a row. */
export function textOf({ steps, rows }: History): string {
  return [...steps, ...rows].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** The reverse of {@link textOf}. */
export function historyIn(text: string): History {
  const lines = text.trimEnd().split('\n')
  const parsed = lines.map((line) => JSON.parse(line) as Step | History['rows'][number])
  return {
    steps: parsed.filter((line): line is Step => !('row' in line)),
    rows: parsed.filter((line) => 'row' in line),
  }
}

/** Where something happens that outlives an engine, and what it was so far. */
export class Recorder {
  readonly store: Store
  readonly objects: ObjectStore
  readonly #steps: Step[] = []
  readonly #runs = new Set<RunId>()

  constructor() {
    const store = new MemoryStore()
    const objects = new MemoryObjects()
    const rows = replacing(store.rows, {
      commit: async (run, changes, checks) => {
        const written = await store.rows.commit(run, changes, checks)
        const commit = changes.map(({ kind, id, expected, events }) => ({ kind, id, expected, events }))
        if (written.ok) this.#keep({ run, commit })
        return written
      },
    })
    this.store = { log: store.log, history: store.history, rows }
    this.objects = replacing<ObjectStore>(objects, {
      writeOnce: async (key, bytes) => {
        const written = await objects.writeOnce(key, bytes)
        if (written === 'written') this.#keep({ object: key, text: new TextDecoder().decode(bytes) })
        return written
      },
    })
  }

  async history(): Promise<History> {
    const rows: History['rows'][number][] = []
    for (const run of this.#runs) {
      for (const kind of kinds) for await (const row of everyRow(this.store, run, kind)) rows.push({ run, row })
    }
    return { steps: [...this.#steps], rows }
  }

  #keep(step: Step): void {
    this.#steps.push(step)
    if ('run' in step) this.#runs.add(step.run)
  }
}

/** An object some of whose methods are others. */
function replacing<T extends object>(inner: T, others: Partial<T>): T {
  return new Proxy(inner, {
    get(target, name) {
      if (Object.hasOwn(others, name)) return Reflect.get(others, name)
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

/** What outlives an engine after these steps, as the code of today reads them: each row is the fold of its events. */
export async function replayed(
  steps: readonly Step[],
): Promise<{ readonly store: Store; readonly objects: ObjectStore }> {
  const store = new MemoryStore()
  const objects = new MemoryObjects()
  for (const step of steps) {
    if ('object' in step) await objects.writeOnce(step.object, new TextEncoder().encode(step.text))
    else await commit(store, step.run, step.commit)
  }
  return { store, objects }
}

async function commit(store: Store, run: RunId, appended: readonly Appended[]): Promise<void> {
  const changes: Change[] = []
  for (const { kind, id, expected, events } of appended) {
    const stored = await store.rows.get(run, kind, id)
    if ((stored?.version ?? 0) !== expected) throw new Error(`${kind} ${id} is not at version ${expected}`)
    const [first, ...rest] = events
    if (first === undefined) throw new Error(`${kind} ${id} has a commit without events`)
    changes.push(change(kind, id, stored, first, ...rest))
  }
  const written = await store.rows.commit(run, changes)
  if (!written.ok) throw new Error(`${written.error.kind} ${written.error.id} was written twice`)
}
