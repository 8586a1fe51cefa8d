import type { Capacity, Pool, Room } from '#core/pools/pool.ts'
import { fits, take } from '#core/pools/room.ts'
import type { WaitReason } from '#core/run/slot.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A slot that asks for a place. */
export interface Candidate {
  readonly key: string
  readonly pool: string
  readonly resources: Resources
  readonly notBeforeMs: number | null
}

/** A slot's answer: a pool, or what it waits for. */
export type Admission =
  | { readonly kind: 'submit'; readonly key: string; readonly pool: string }
  | { readonly kind: 'hold'; readonly key: string; readonly waitingFor: WaitReason }

/**
 * Gives places to slots in the order given (greatest rank first) while room lasts. A slot goes to its own pool, or
 * spills down from it. A slot that finds no room does not stop smaller ones behind it, unless the machine itself
 * is what is short: then it keeps its turn, so that a large task is not starved by small ones. O(slots · spill depth).
 */
export function admit(
  candidates: readonly Candidate[],
  pools: readonly Pool[],
  capacity: Capacity,
  nowMs: number,
): readonly Admission[] {
  const byId = new Map(pools.map((pool) => [pool.id, pool]))
  const room = new Map(Object.entries(capacity.pools))
  let total: Room = capacity.total
  let turnKept = false
  return candidates.map(({ key, pool, resources, notBeforeMs }): Admission => {
    if (notBeforeMs !== null && notBeforeMs > nowMs) {
      return { kind: 'hold', key, waitingFor: 'backoff' }
    }
    if (!fits(resources, total)) turnKept = true
    const found = turnKept ? undefined : placeFor(pool, resources, byId, room)
    if (found === undefined) return { kind: 'hold', key, waitingFor: 'capacity' }
    room.set(found, take(resources, room.get(found) as Room))
    total = take(resources, total)
    return { kind: 'submit', key, pool: found }
  })
}

function placeFor(
  pool: string,
  resources: Resources,
  pools: ReadonlyMap<string, Pool>,
  room: ReadonlyMap<string, Room>,
): string | undefined {
  const order = [pool, ...(pools.get(pool)?.spillsTo ?? [])]
  return order.find((id) => {
    const free = room.get(id)
    return free !== undefined && fits(resources, free)
  })
}
