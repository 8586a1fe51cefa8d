import { FileObjects } from '#adapters/local/file-objects.ts'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import { stateFiles } from '#local/state-files.ts'
import { Definitions } from '#operations/definitions.ts'
import { checkRun } from './check-run.ts'

/** Every breach of an invariant in a state directory that no engine works on, each with its run; see `checkRun`. */
export async function checkState(dir: string): Promise<readonly string[]> {
  const store = openSqliteStore(stateFiles(dir).store, { readOnly: true })
  const objects = new FileObjects(dir)
  const definitions = new Definitions(objects)
  const breaches: string[] = []
  const { items: runs } = await store.rows.runs('local', { limit: 100 })
  for (const run of runs) {
    const { workflow } = await definitions.workflow(run)
    for (const breach of await checkRun(store, objects, run.id, workflow)) breaches.push(`${run.id}: ${breach}`)
  }
  store.close()
  return runs.length === 0 ? [`${dir} has no runs`] : breaches
}
