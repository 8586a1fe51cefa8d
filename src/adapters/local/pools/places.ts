import type { Job } from '#adapters/local/pools/job.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { Capacity, Room } from '#core/pools/pool.ts'
import { fits, giveBack, take } from '#core/pools/room.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** The state of a pool: its queue, those that hold a place, and what is free. */
export interface PoolState {
  readonly config: EmulatedPool
  /** In order of turns. */
  queue: Job[]
  readonly placed: Set<Job>
  /** By size, whether or not hosts can be had. */
  free: Room
  /** Whether hosts can be had. */
  open: boolean
  /** How many jobs of a run have started here. */
  readonly starts: Map<RunId, number>
}

const nothing: Room = { vcpus: 0, memoryMiB: 0, gpus: 0 }

/**
 * Places in pools that draw on one machine. Places are given in order of turns: a job that its pool has no room for
 * stops that pool's queue; one that the machine has no room for stops all, so that small jobs never starve a large one.
 */
export class Places {
  readonly #pools: ReadonlyMap<string, PoolState>
  readonly #machine: Room
  #free: Room
  /** A job whose turn it is waits for the machine. */
  #turnKept = false
  #closed = false

  constructor(pools: readonly EmulatedPool[], machine: Room) {
    this.#machine = machine
    this.#free = machine
    this.#pools = new Map(
      pools.map((config) => [
        config.pool.id,
        { config, queue: [], placed: new Set(), free: config.pool, open: true, starts: new Map() },
      ]),
    )
  }

  /** @throws when there is no such pool, which is a bug of the caller. */
  of(pool: string): PoolState {
    const state = this.#pools.get(pool)
    if (state === undefined) throw new Error(`there is no pool ${pool}`)
    return state
  }

  /** Whether a job of this size could start if nothing else ran. */
  couldHold(pool: string, resources: Resources): boolean {
    return fits(resources, this.of(pool).config.pool) && fits(resources, this.#machine)
  }

  /** Takes jobs out of the queues and gives each a place, until no further one fits. O(pools) for each. */
  give(): readonly Job[] {
    const given: Job[] = []
    const waiting = new Set([...this.#pools.values()].filter((state) => state.queue.length > 0))
    this.#turnKept = false
    for (let next = firstInTurn(waiting); next !== undefined; next = firstInTurn(waiting)) {
      const { state, job } = next
      const { resources } = job.request
      if (!state.open || !fits(resources, state.free)) {
        waiting.delete(state)
        continue
      }
      if (!fits(resources, this.#free)) {
        this.#turnKept = true
        break
      }
      state.queue.shift()
      state.placed.add(job)
      state.free = take(resources, state.free)
      this.#free = take(resources, this.#free)
      given.push(job)
    }
    return given
  }

  /** Takes a job out of its queue, or gives its place back. */
  release(job: Job): void {
    const state = this.of(job.request.pool)
    if (state.placed.delete(job)) {
      state.free = giveBack(job.request.resources, state.free)
      this.#free = giveBack(job.request.resources, this.#free)
    } else {
      state.queue = state.queue.filter((other) => other !== job)
    }
  }

  /** What a job that comes now could start with at once. */
  capacity(): Capacity {
    const total = this.#closed || this.#turnKept ? nothing : atLeastNothing(this.#free)
    const pools = [...this.#pools].map(([id, state]) => {
      const taking = state.open && state.queue.length === 0
      return [id, taking ? smaller(atLeastNothing(state.free), total) : nothing] as const
    })
    return { pools: Object.fromEntries(pools), total }
  }

  /** There is no room any more. */
  close(): void {
    this.#closed = true
  }
}

function firstInTurn(states: Iterable<PoolState>): { readonly state: PoolState; readonly job: Job } | undefined {
  let first: { readonly state: PoolState; readonly job: Job } | undefined
  for (const state of states) {
    const job = state.queue[0]
    if (job !== undefined && (first === undefined || job.turn < first.job.turn)) first = { state, job }
  }
  return first
}

function smaller(a: Room, b: Room): Room {
  return {
    vcpus: Math.min(a.vcpus, b.vcpus),
    memoryMiB: Math.min(a.memoryMiB, b.memoryMiB),
    gpus: Math.min(a.gpus, b.gpus),
  }
}

/** Sums of fractions leave a little less than 0. */
function atLeastNothing(room: Room): Room {
  return {
    vcpus: Math.max(0, room.vcpus),
    memoryMiB: Math.max(0, room.memoryMiB),
    gpus: Math.max(0, room.gpus),
  }
}
