import type { Capacity, Pool, Room, SharedRoom } from '#core/pools/pool.ts'
import { fits, take } from '#core/pools/room.ts'
import { type Size, sizeIn } from '#core/pools/size.ts'
import type { WaitReason } from '#core/run/slot.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A slot that asks for a place. */
export interface Candidate {
  readonly key: string
  readonly pool: string
  readonly resources: Resources
  readonly notBeforeMs: number | null
  /** What it must be able to pay, and from what; `null`: money is no matter. */
  readonly price: Worst | null
}

/** The worst case of a clone in each pool, and the purse that has to bear it: that of its run. */
export interface Worst {
  readonly purse: string
  readonly nanoUsd: Readonly<Record<string, number>>
}

/** The money of a run with a budget: what may be reserved yet, and whether some of it is and may come back. */
export interface Purse {
  readonly freeNanoUsd: number
  readonly reserved: boolean
}

/** A slot's answer: a pool, what it waits for, or that it can never be paid, with the least that it could need. */
export type Admission =
  | { readonly kind: 'submit'; readonly key: string; readonly pool: string; readonly reservedNanoUsd: number }
  | { readonly kind: 'hold'; readonly key: string; readonly waitingFor: WaitReason }
  | { readonly kind: 'refuse'; readonly key: string; readonly neededNanoUsd: number }

/** An answer each, in the order of the candidates. */
export interface Admitted {
  readonly admissions: readonly Admission[]
  /** A slot waits for the machine itself: nobody goes before it, wherever. */
  readonly machineClosed: boolean
}

/**
 * Gives places to slots in the order given (greatest rank first) while room and money last. A slot goes to its own pool, or
 * spills down from it to one that it can pay. One that finds no room keeps its turn: nobody behind it is placed in the pools
 * that it could go to, nor in those that share what is short, or anywhere when that is the machine itself, so that small tasks
 * don't starve a large one.
 * What it takes is its size in that pool.
 * One that can't be paid in any of its pools waits for money and keeps nobody; when none of its purse is reserved, no money
 * can come back, and it is refused. What no pool could take even if empty waits, and keeps nobody. O(slots · spill depth).
 */
export function admit(candidates: readonly Candidate[], { pools, capacity, purses }: Means, nowMs: number): Admitted {
  const byId = new Map(pools.map((pool) => [pool.id, pool]))
  const room = new Map(Object.entries(capacity.pools))
  const money = new Map(purses)
  const closed = new Set<string>()
  const shared = (capacity.shared ?? []).map((one) => ({ ...one }))
  const sharedBy = (id: string) => shared.filter(({ pools: ids }) => ids.includes(id))
  const isShort = (size: Size) => (one: SharedRoom) => !fits(size, one.room)
  let total = capacity.total
  let machineClosed = false
  const free = (id: string): Room | undefined => (closed.has(id) ? undefined : room.get(id))
  const answer = ({ key, pool, resources, notBeforeMs, price }: Candidate): Admission => {
    if (notBeforeMs !== null && notBeforeMs > nowMs) return { kind: 'hold', key, waitingFor: 'backoff' }
    const able = ablePools(pool, resources, byId)
    const purse = price === null ? undefined : money.get(price.purse)
    const needed = (id: string): number => (price === null ? 0 : (price.nanoUsd[id] ?? Infinity))
    const payable = able.filter(({ id }) => needed(id) <= (purse?.freeNanoUsd ?? 0))
    if (able.length > 0 && payable.length === 0) {
      if (purse?.reserved === true) return { kind: 'hold', key, waitingFor: 'money' }
      return { kind: 'refuse', key, neededNanoUsd: Math.min(...able.map(({ id }) => needed(id))) }
    }
    const found = payable.find(
      ({ id, size }) =>
        !machineClosed && fits(size, total) && fitsIn(size, free(id)) && !sharedBy(id).some(isShort(size)),
    )
    if (found === undefined) {
      for (const { id, size } of payable) {
        closed.add(id)
        for (const one of sharedBy(id).filter(isShort(size))) for (const other of one.pools) closed.add(other)
      }
      if (payable.length > 0 && payable.every(({ size }) => !fits(size, total))) machineClosed = true
      return { kind: 'hold', key, waitingFor: 'capacity' }
    }
    room.set(found.id, take(found.size, room.get(found.id) as Room))
    total = take(found.size, total)
    for (const one of sharedBy(found.id)) one.room = take(found.size, one.room)
    const reservedNanoUsd = needed(found.id)
    if (price !== null && purse !== undefined && reservedNanoUsd > 0) {
      money.set(price.purse, { freeNanoUsd: purse.freeNanoUsd - reservedNanoUsd, reserved: true })
    }
    return { kind: 'submit', key, pool: found.id, reservedNanoUsd }
  }
  return { admissions: candidates.map(answer), machineClosed }
}

/** What there is to give: pools, their room, and the purses of runs with a budget. */
export interface Means {
  readonly pools: readonly Pool[]
  readonly capacity: Capacity
  readonly purses: ReadonlyMap<string, Purse>
}

/** A pool that could take a slot, and what the slot would take of it. */
interface Able {
  readonly id: string
  readonly size: Size
}

/** The pool and those it spills to, in order, as far as they could take the resources when empty. */
function ablePools(first: string, resources: Resources, pools: ReadonlyMap<string, Pool>): readonly Able[] {
  return [first, ...(pools.get(first)?.spillsTo ?? [])].flatMap((id) => {
    const pool = pools.get(id)
    const size = pool === undefined ? undefined : sizeIn(pool, resources)
    return size === undefined ? [] : [{ id, size }]
  })
}

function fitsIn(resources: Resources, room: Room | undefined): boolean {
  return room !== undefined && fits(resources, room)
}
