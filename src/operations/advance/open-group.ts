import type { GroupRecord } from '#core/run/group.ts'
import type { RunId } from '#core/run/ids.ts'
import { purposeOf } from '#core/run/readiness.ts'
import { unreachable } from '#core/unreachable.ts'
import { endExpansion } from '#operations/advance/end-expansion.ts'
import type { Without, Work } from '#operations/advance/work.ts'
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
  const without = await membersWithout(ports, run, group.value)
  const purpose = purposeOf(id)
  switch (purpose.kind) {
    case 'start': {
      const { readiness } = await ports.definitions.workflow((await readRun(ports.store, run)).value)
      const tasks = readiness.starts.get(id) ?? []
      return [
        { kind: 'start', tasks, without },
        { kind: 'opened', group: id },
      ]
    }
    case 'each': {
      const { task, index } = purpose
      return [
        { kind: 'start-instance', task, index, without },
        { kind: 'opened', group: id },
      ]
    }
    case 'all':
      await endExpansion(ports, run, purpose.task, without.failed)
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

/** Members that left no result; of a group with shards, those of the shards. */
async function membersWithout(
  ports: Pick<Ports, 'store'>,
  run: RunId,
  { id, failed, empty }: GroupRecord,
): Promise<Without> {
  const of = async (members: readonly string[], kind: keyof Without): Promise<readonly string[]> => {
    const found: string[] = []
    for (const member of members) {
      if (!isShard(member)) found.push(member)
      else found.push(...((await ports.store.rows.get(run, 'group', `${id}${member}`))?.value[kind] ?? []))
    }
    return found
  }
  return { failed: await of(failed, 'failed'), empty: await of(empty, 'empty') }
}

/** A shard is a member by the end of its id: `/3`. */
function isShard(member: string): boolean {
  return member.startsWith('/')
}
