/** A process that commits mark after mark to the store named by its argument, and says so after each, until it is killed. */
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'

const run = 'run_00000001' as RunId
const store = openSqliteStore(process.argv[2] ?? '')

for (let count = 1; ; count += 1) {
  const group = await store.rows.get(run, 'group', 'a')
  const event = {
    type: 'group.marked',
    atMs: 1,
    run,
    id: 'a',
    size: 1e9,
    member: `m${count}`,
    left: { failure: false, nothing: false },
  } as const
  await store.rows.commit(run, [change('group', 'a', group, event)])
  process.stdout.write(`${count}\n`)
}
