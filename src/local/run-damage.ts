import { isDeepStrictEqual } from 'node:util'
import type { RunId } from '#core/run/ids.ts'
import { kinds, type Kind, type Stored } from '#core/run/record.ts'
import { replay } from '#core/run/replay.ts'
import { everyRow } from '#operations/every-row.ts'
import type { ListedEvent, Store } from '#ports/store.ts'

const pageSize = 1_000

/**
 * How the rows of a run differ from what its log leads to, in words; `undefined` when they agree, as they must: both were
 * written in one transaction, so a difference is damage. O(events of the run), all in memory.
 */
export async function runDamage(store: Pick<Store, 'rows' | 'log'>, run: RunId): Promise<string | undefined> {
  let told: ReadonlyMap<string, Stored<Kind>>
  try {
    told = replay(await wholeLog(store, run))
  } catch (error) {
    return `its log is not whole: ${error instanceof Error ? error.message : String(error)}`
  }
  let rows = 0
  for (const kind of kinds) {
    for await (const row of everyRow(store, run, kind)) {
      rows += 1
      const expected = told.get(`${kind} ${row.id}`)
      // As it would have been stored.
      if (!isDeepStrictEqual(row, expected && JSON.parse(JSON.stringify(expected)))) {
        return `${kind} ${row.id} is not what its events say`
      }
    }
  }
  return rows === told.size ? undefined : `${told.size - rows} of its ${told.size} rows are missing`
}

async function wholeLog(store: Pick<Store, 'log'>, run: RunId): Promise<readonly ListedEvent[]> {
  const events: ListedEvent[] = []
  let after: string | undefined
  do {
    const page = await store.log.list(run, after === undefined ? { limit: pageSize } : { after, limit: pageSize })
    events.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return events
}
