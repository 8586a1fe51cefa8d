import type { RunId } from '#core/run/ids.ts'
import { kinds, type Kind, type Stored } from '#core/run/record.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ListedEvent, Store } from '#ports/store.ts'

/** What is left of a run: its events in the order of writing, its rows, and what it was to do. */
export interface RunHistory {
  readonly log: readonly ListedEvent[]
  readonly rows: readonly Stored<Kind>[]
  readonly workflow: Workflow
}

/** Reads all of it, page by page. */
export async function historyOf(store: Store, run: RunId, workflow: Workflow): Promise<RunHistory> {
  const log: ListedEvent[] = []
  let after: string | undefined
  do {
    const page = await store.log.list(run, { limit: 1000, ...(after === undefined ? {} : { after }) })
    log.push(...page.items)
    after = page.next
  } while (after !== undefined)
  const rows: Stored<Kind>[] = []
  for (const kind of kinds) rows.push(...(await rowsOf(store, run, kind)))
  return { log, rows, workflow }
}

async function rowsOf<K extends Kind>(store: Store, run: RunId, kind: K): Promise<readonly Stored<K>[]> {
  const rows: Stored<K>[] = []
  let after: string | undefined
  do {
    const page = await store.rows.list(run, kind, { limit: 1000, ...(after === undefined ? {} : { after }) })
    rows.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return rows
}

/** The rows of one kind. */
export function ofKind<K extends Kind>({ rows }: Pick<RunHistory, 'rows'>, kind: K): readonly Stored<K>[] {
  return rows.filter((row): row is Stored<K> & Stored<Kind> => row.kind === kind)
}
