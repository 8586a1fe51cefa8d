import type { RunId } from '#core/run/ids.ts'
import { purposeOf } from '#core/run/readiness.ts'
import { change } from '#core/run/record.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Work } from '#operations/advance/work.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** What a claimed group leads to. One that is open still, or was opened before, leads to nothing. */
export async function openGroup(
  ports: Pick<Ports, 'store' | 'clock' | 'definitions'>,
  run: RunId,
  id: string,
): Promise<readonly Work[]> {
  const group = await ports.store.rows.get(run, 'group', id)
  if (group?.value.state !== 'claimed') return []
  const { failed } = group.value
  const purpose = purposeOf(id)
  switch (purpose.kind) {
    case 'start': {
      const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
      const tasks = readiness.starts.get(id) ?? []
      return [
        { kind: 'start', tasks, failed },
        { kind: 'opened', group: id },
      ]
    }
    case 'each': {
      const { task, index } = purpose
      return [
        { kind: 'start-instance', task, index, failed },
        { kind: 'opened', group: id },
      ]
    }
    case 'all':
      await endExpansion(ports, run, purpose.task, failed)
      return [
        { kind: 'ended', task: purpose.task },
        { kind: 'opened', group: id },
      ]
    case 'end':
      return [{ kind: 'finish' }]
    case 'shard':
      return []
    default:
      return unreachable(purpose)
  }
}

/** All instances have ended: so has the task. */
async function endExpansion(
  ports: Pick<Ports, 'store' | 'clock'>,
  run: RunId,
  task: string,
  failed: readonly string[],
): Promise<void> {
  await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'task', task)
    if (stored === undefined) throw new Error(`instances of ${task} have ended, and it has no row`)
    if (isTaskTerminal(stored.value.state)) return { done: undefined }
    const atMs = ports.clock.nowMs()
    const event =
      failed.length === 0
        ? ({ type: 'task.committed', atMs, outputs: {} } as const)
        : ({ type: 'task.failed', atMs, error: failedWords(failed) } as const)
    return { write: [change('task', task, stored, event)], value: undefined }
  })
}

function failedWords(failed: readonly string[]): string {
  const shown = failed.slice(0, 3).join(', ')
  return failed.length > 3 ? `${shown} and ${failed.length - 3} more left no result` : `${shown} left no result`
}
