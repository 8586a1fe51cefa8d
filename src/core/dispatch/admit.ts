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
 * Gives places to slots in the order given (greatest rank first) while room lasts. A slot goes to its own pool, or spills
 * down from it. One that finds no room keeps its turn: nobody behind it is placed in the pools that it could go to, or
 * anywhere when the machine itself is what is short, so that small tasks don't starve a large one. What no pool could take
 * even if empty waits, and keeps nobody. O(slots · spill depth).
 */
export function admit(
  candidates: readonly Candidate[],
  pools: readonly Pool[],
  capacity: Capacity,
  nowMs: number,
): readonly Admission[] {
  const byId = new Map(pools.map((pool) => [pool.id, pool]))
  const room = new Map(Object.entries(capacity.pools))
  const closed = new Set<string>()
  let total = capacity.total
  let machineClosed = false
  return candidates.map(({ key, pool, resources, notBeforeMs }): Admission => {
    if (notBeforeMs !== null && notBeforeMs > nowMs) return { kind: 'hold', key, waitingFor: 'backoff' }
    const able = ablePools(pool, resources, byId)
    const free = (id: string): Room | undefined => (closed.has(id) ? undefined : room.get(id))
    const found = able.find((id) => !machineClosed && fits(resources, total) && fitsIn(resources, free(id)))
    if (found === undefined) {
      for (const id of able) closed.add(id)
      if (able.length > 0 && !fits(resources, total)) machineClosed = true
      return { kind: 'hold', key, waitingFor: 'capacity' }
    }
    room.set(found, take(resources, room.get(found) as Room))
    total = take(resources, total)
    return { kind: 'submit', key, pool: found }
  })
}

/** The pool and those it spills to, in order, as far as they could take the resources when empty. */
function ablePools(pool: string, resources: Resources, pools: ReadonlyMap<string, Pool>): readonly string[] {
  const order = [pool, ...(pools.get(pool)?.spillsTo ?? [])]
  return order.filter((id) => fitsIn(resources, pools.get(id)))
}

function fitsIn(resources: Resources, room: Room | undefined): boolean {
  return room !== undefined && fits(resources, room)
}
