import type { RunId } from '#core/run/ids.ts'
import { unreachable } from '#core/unreachable.ts'

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
  /** Members that ended without a result. */
  readonly failed: readonly string[]
  readonly state: 'open' | 'claimed' | 'started'
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
      readonly ok: boolean
    }
  /** What the group starts has its rows and executions. */
  | { readonly type: 'group.started'; readonly atMs: number }

/** Whether `event` may happen to a group in this state; total over state × event. */
export function groupAccepts(state: GroupRecord['state'] | 'absent', event: GroupEvent['type']): boolean {
  switch (state) {
    case 'absent':
    case 'open':
      return event === 'group.marked'
    case 'claimed':
      return event === 'group.started'
    case 'started':
      return false
    default:
      return unreachable(state)
  }
}

/** The group after `event`. @throws when its state does not accept it, or a member is marked twice: bugs of the caller. */
export function evolveGroup(group: GroupRecord | undefined, event: GroupEvent): GroupRecord {
  const state = group?.state ?? 'absent'
  if (!groupAccepts(state, event.type)) {
    throw new Error(`group in state ${state} does not accept ${event.type}`)
  }
  switch (event.type) {
    case 'group.marked': {
      const before = group ?? open(event)
      if (before.marked.includes(event.member)) throw new Error(`${event.member} is marked already`)
      const marked = [...before.marked, event.member]
      return {
        ...before,
        marked,
        failed: event.ok ? before.failed : [...before.failed, event.member],
        state: marked.length === before.size ? 'claimed' : 'open',
      }
    }
    case 'group.started':
      return { ...(group as GroupRecord), state: 'started' }
    default:
      return unreachable(event)
  }
}

function open(event: Extract<GroupEvent, { type: 'group.marked' }>): GroupRecord {
  return { run: event.run, id: event.id, size: event.size, marked: [], failed: [], state: 'open' }
}
