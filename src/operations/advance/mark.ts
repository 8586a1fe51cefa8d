import type { GroupEvent, Left } from '#core/run/group.ts'
import type { RunId } from '#core/run/ids.ts'
import { shardOf, type Membership } from '#core/run/readiness.ts'
import { change, type Change } from '#core/run/record.ts'
import type { Work } from '#operations/advance/work.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'

/** Writes under way together: they are to different groups, and a local store makes them durable with one sync. */
const atOnce = 100

/** Marks a member in its groups and counts them down; a group that comes to its end is claimed in the same write. */
export async function mark(
  ports: Pick<Ports, 'store' | 'clock'>,
  run: RunId,
  memberships: readonly Membership[],
  left: Left,
): Promise<readonly Work[]> {
  const open: Work[] = []
  for (let from = 0; from < memberships.length; from += atOnce) {
    const some = memberships.slice(from, from + atOnce)
    const complete = await Promise.all(
      some.map((membership) => optimistic(ports.store, run, () => decide(ports, run, membership, left))),
    )
    for (const [index, { group }] of some.entries()) if (complete[index] === true) open.push({ kind: 'open', group })
  }
  return open
}

async function decide(ports: Pick<Ports, 'store' | 'clock'>, run: RunId, membership: Membership, left: Left) {
  const atMs = ports.clock.nowMs()
  const { group, size, member } = membership
  const shard = shardOf(membership)
  if (shard === undefined) {
    const own = await markIn(ports, run, { group, size, member, left, atMs })
    return own === undefined ? { done: false } : { write: [own], value: own.value.state === 'claimed' }
  }
  const inShard = await markIn(ports, run, { group: shard.id, size: shard.size, member, left, atMs })
  if (inShard === undefined) return { done: false }
  if (inShard.value.state !== 'claimed') return { write: [inShard], value: false }
  const { failed, empty } = inShard.value
  const all: Left = { failure: failed.length > 0, nothing: empty.length > 0 }
  const full = { group, size: shard.shards, member: shard.member, left: all, atMs }
  const inGroup = await markIn(ports, run, full)
  // Another one has filled the shard since it was read: the write conflicts, and the shard is read again.
  if (inGroup === undefined) return { write: [inShard], value: false }
  return { write: [inShard, inGroup], value: inGroup.value.state === 'claimed' }
}

/** The change that marks a member, or `undefined` when it is marked already. */
async function markIn(
  ports: Pick<Ports, 'store'>,
  run: RunId,
  mark: { group: string; size: number; member: string; left: Left; atMs: number },
): Promise<Change<'group'> | undefined> {
  const { group, size, member, left, atMs } = mark
  const stored = await ports.store.rows.get(run, 'group', group)
  if (stored?.value.marked.includes(member) === true) return undefined
  const event: GroupEvent = { type: 'group.marked', atMs, run, id: group, size, member, left }
  return change('group', group, stored, event)
}
