import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import type { Obstacle } from '#operations/advance/obstacle.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'

/** Writes the row of a task that will never be ready. One that has a row already keeps it; a run that is over gets none. */
export async function skipTask(
  ports: Pick<Ports, 'store' | 'clock'>,
  run: RunId,
  skipped: {
    readonly id: string
    readonly task: string
    readonly index: number | null
    readonly obstacle: Obstacle
  },
): Promise<void> {
  const { id, task, index, obstacle } = skipped
  await optimistic(ports.store, run, async () => {
    if ((await ports.store.rows.get(run, 'task', id)) !== undefined) return { done: undefined }
    const current = await readRun(ports.store, run)
    if (current.value.state !== 'running') return { done: undefined }
    const event = { type: 'task.skipped', atMs: ports.clock.nowMs(), run, id, task, index, ...obstacle } as const
    return { write: [change('task', id, undefined, event)], checks: [asRead(current)], value: undefined }
  })
}
