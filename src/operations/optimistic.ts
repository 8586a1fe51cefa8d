import type { RunId } from '#core/run/ids.ts'
import type { Change } from '#core/run/record.ts'
import type { Check, Store } from '#ports/store.ts'

/** What to write, with what the caller gets once it is written; or what it gets at once, with nothing to write. */
export type Decided<T> =
  | { readonly write: readonly Change[]; readonly checks?: readonly Check[]; readonly value: T }
  | { readonly done: T }

/** Writers of one row at a time are few; so many conflicts in a row mean that something is wrong. */
const maxTries = 200

/**
 * Reads, decides and writes; when another writer was first, reads and decides anew. `decide` must be free of effects.
 * @throws after {@link maxTries} conflicts.
 */
export async function optimistic<T>(store: Store, run: RunId, decide: () => Promise<Decided<T>>): Promise<T> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const decided = await decide()
    if ('done' in decided) return decided.done
    const written = await store.rows.commit(run, decided.write, decided.checks ?? [])
    if (written.ok) return decided.value
  }
  throw new Error(`gave up after ${maxTries} conflicting writes in ${run}`)
}
