import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'

/** Writes a group off: all that it starts has its rows and executions. */
export async function opened(ports: Pick<Ports, 'store' | 'clock'>, run: RunId, id: string): Promise<void> {
  await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'group', id)
    if (stored?.value.state !== 'claimed') return { done: undefined }
    const event = { type: 'group.started', atMs: ports.clock.nowMs() } as const
    return { write: [change('group', id, stored, event)], value: undefined }
  })
}
