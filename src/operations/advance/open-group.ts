import type { GroupRecord } from '#core/run/group.ts'
import type { RunId } from '#core/run/ids.ts'
import { purposeOf } from '#core/run/readiness.ts'
import { change } from '#core/run/record.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import { unreachable } from '#core/unreachable.ts'
import { leftNoResult } from '#operations/advance/left-no-result.ts'
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
  const failed = await failedMembers(ports, run, group.value)
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
        : ({ type: 'task.failed', atMs, error: leftNoResult(failed) } as const)
    return { write: [change('task', task, stored, event)], value: undefined }
  })
}

/** Members that left no result; of a group with shards, those of the shards. */
async function failedMembers(
  ports: Pick<Ports, 'store'>,
  run: RunId,
  { id, failed }: GroupRecord,
): Promise<readonly string[]> {
  const members: string[] = []
  for (const member of failed) {
    if (isShard(member)) members.push(...(await shardFailures(ports, run, `${id}${member}`)))
    else members.push(member)
  }
  return members
}

async function shardFailures(ports: Pick<Ports, 'store'>, run: RunId, shard: string): Promise<readonly string[]> {
  return (await ports.store.rows.get(run, 'group', shard))?.value.failed ?? []
}

/** A shard is a member by the end of its id: `/3`. */
function isShard(member: string): boolean {
  return member.startsWith('/')
}
