import type { RunId } from '#core/run/ids.ts'
import type { Kind, Stored } from '#core/run/record.ts'
import type { Store } from '#ports/store.ts'

const pageSize = 500

/** All rows of one kind of a run, page by page. */
export async function* everyRow<K extends Kind>(
  store: Pick<Store, 'rows'>,
  run: RunId,
  kind: K,
): AsyncGenerator<Stored<K>> {
  let after: string | undefined
  do {
    const options = after === undefined ? { limit: pageSize } : { after, limit: pageSize }
    const page = await store.rows.list(run, kind, options)
    yield* page.items
    after = page.next
  } while (after !== undefined)
}
