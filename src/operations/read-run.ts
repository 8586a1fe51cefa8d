import type { RunId } from '#core/run/ids.ts'
import type { Stored } from '#core/run/record.ts'
import type { Check, Store } from '#ports/store.ts'

/** The run's row. @throws when there is none: ids reach operations only through rows. */
export async function readRun(store: Store, run: RunId): Promise<Stored<'run'>> {
  const stored = await store.rows.get(run, 'run', 'run')
  if (stored === undefined) throw new Error(`run ${run} has no row`)
  return stored
}

/** The condition "the run is as it was read", so that nothing is added to a run that is being cancelled. */
export function asRead(run: Stored<'run'>): Check {
  return { kind: 'run', id: 'run', version: run.version }
}
