import type { RunId } from '#core/run/ids.ts'

/**
 * A dependency group: tasks with the same set of predecessors share one readiness record. Above {@link shardSize}
 * members it has shards: a member is marked in its shard, and a full shard is marked in the group, so that neither
 * 10,000 → 1 nor 10,000 × 10,000 has a hot item.
 */
export interface GroupRecord {
  readonly run: RunId
  readonly id: string
  /** Members that must be marked: predecessors, or shards. */
  readonly size: number
  readonly marked: readonly string[]
  /** Members that left a failure, and those that left neither result nor failure. */
  readonly failed: readonly string[]
  readonly empty: readonly string[]
  readonly state: 'open' | 'claimed' | 'started'
}

/** What a member left that is no result; a shard may have members of both kinds. Neither: a result. */
export interface Left {
  readonly failure: boolean
  readonly nothing: boolean
}

/** Greatest number of members that one record counts by itself. */
export const shardSize = 100

export type GroupEvent =
  /** `claimed` when this member was the last one: whoever wrote it starts what the group starts, or the sweep does. */
  | {
      readonly type: 'group.marked'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly size: number
      readonly member: string
      readonly left: Left
    }
  /** What the group starts has its rows and executions. */
  | { readonly type: 'group.started'; readonly atMs: number }

/** Which events a state accepts; what is absent here is refused. */
const accepts: Readonly<Record<GroupRecord['state'] | 'absent', readonly GroupEvent['type'][]>> = {
  absent: ['group.marked'],
  open: ['group.marked'],
  claimed: ['group.started'],
  started: [],
}

/** Why `event` can't happen to the group as it is, in words; `undefined` when it can. Total over rows × events. */
export function groupRefusal(group: GroupRecord | undefined, event: GroupEvent): string | undefined {
  const state = group?.state ?? 'absent'
  if (!accepts[state].includes(event.type)) return `a group in state ${state} does not accept ${event.type}`
  if (group === undefined || event.type !== 'group.marked') return undefined
  if (event.size !== group.size) return `${group.id} has ${group.size} members, not ${event.size}`
  return group.marked.includes(event.member) ? `${event.member} is marked already` : undefined
}

/** The group after `event`. @throws when the group refuses it, which is a bug of the caller. */
export function evolveGroup(group: GroupRecord | undefined, event: GroupEvent): GroupRecord {
  const refusal = groupRefusal(group, event)
  if (refusal !== undefined) throw new Error(refusal)
  switch (event.type) {
    case 'group.marked': {
      const before = group ?? open(event)
      const marked = [...before.marked, event.member]
      return {
        ...before,
        marked,
        failed: event.left.failure ? [...before.failed, event.member] : before.failed,
        empty: event.left.nothing ? [...before.empty, event.member] : before.empty,
        state: marked.length === before.size ? 'claimed' : 'open',
      }
    }
    case 'group.started':
      return { ...(group as GroupRecord), state: 'started' }
  }
}

function open(event: Extract<GroupEvent, { type: 'group.marked' }>): GroupRecord {
  return { run: event.run, id: event.id, size: event.size, marked: [], failed: [], empty: [], state: 'open' }
}
