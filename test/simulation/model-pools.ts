import { namesOf } from '#core/dispatch/array-groups.ts'
import { soleJob } from '#core/dispatch/job-names.ts'
import type { Capacity, Pool, Room } from '#core/pools/pool.ts'
import { take } from '#core/pools/room.ts'
import type { JobEnded, JobRequest, JobState, PlacedClone, Pools } from '#ports/pools.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'
import { StopSignal } from './stop-signal.ts'

/** How a job ended. */
export interface Exit {
  readonly exitCode: number | null
  readonly reason: string
}

/** A job, or the second copy of one that was submitted twice. */
export interface Job {
  readonly request: JobRequest
  readonly agent: Process
  readonly stop: StopSignal
  startedMs: number | null
  ended: JobEnded | null
  /** Its submission took effect and was not answered yet. */
  unanswered: boolean
  /** Its pool runs it twice. */
  isDoubled: boolean
  /** Ends the standing still of its agent. */
  thaw: (() => void) | undefined
}

export interface ModelPoolsOptions {
  readonly pools: readonly Pool[]
  readonly machine: Room
  /** Where jobs run; they end with it. */
  readonly host: Process
  /** Whether a submission may be taken twice, a job be forgotten: a service far away, not a part of this process. */
  readonly remote: boolean
  readonly runAgent: (job: Job) => Promise<Exit>
  readonly onEnded: (ended: JobEnded) => void
}

const graceS = 10
const signals = [
  ['reclaimed with exit code 143', 143],
  ['reclaimed with exit code 137', 137],
  ['reclaimed without exit code', null],
] as const

/** Pools of a simulated world. */
export class ModelPools implements Pools {
  readonly #sim: Simulation
  readonly #options: ModelPoolsOptions
  readonly #jobs = new Map<string, Job[]>()
  readonly #alive = new Set<Job>()

  constructor(sim: Simulation, options: ModelPoolsOptions) {
    this.#sim = sim
    this.#options = options
  }

  async describe(): Promise<readonly Pool[]> {
    return this.#options.pools
  }

  async capacity(): Promise<Capacity> {
    const rooms: Record<string, Room> = {}
    for (const { id, vcpus, memoryMiB, gpus } of this.#options.pools) rooms[id] = { vcpus, memoryMiB, gpus }
    let total = this.#options.machine
    for (const { request } of this.alive()) {
      rooms[request.pool] = take(request.resources, rooms[request.pool]!)
      total = take(request.resources, total)
    }
    return { pools: rooms, total }
  }

  async names(clones: readonly PlacedClone[]): Promise<readonly string[]> {
    if (!this.#options.remote) return clones.map(({ slot }) => soleJob(slot))
    const shaped = clones.map(({ slot, ...like }) => ({ slot, shape: JSON.stringify(like) }))
    return namesOf(shaped, { members: 10, letters: 200 })
  }

  async submit(requests: readonly JobRequest[]): Promise<void> {
    const started = requests.flatMap((request) => this.#start(request))
    const slow = this.#sim.conditions.chances['job event before its submission was answered'] ?? 0
    if (!this.#sim.stormy || !this.#sim.chance(slow)) return
    for (const job of started) job.unanswered = true
    await this.#sim.sleep(this.#options.host, this.#sim.between(1000, 20_000))
    for (const job of started) job.unanswered = false
  }

  async jobs(names: readonly string[]): Promise<readonly JobState[]> {
    return names.flatMap((job): readonly JobState[] => {
      const copies = this.#jobs.get(job) ?? []
      const alive = copies.filter(({ ended }) => ended === null)
      if (alive.length > 0) {
        const started = alive.flatMap(({ startedMs }) => startedMs ?? [])
        const startedAtMs = started.length === 0 ? null : Math.floor(Math.min(...started))
        return [{ job, state: 'alive', startedAtMs }]
      }
      const ended = copies.at(-1)?.ended
      return ended == null ? [] : [{ job, state: 'ended', ended }]
    })
  }

  async terminate(names: readonly string[], reason: string): Promise<void> {
    for (const job of names.flatMap((name) => this.#jobs.get(name) ?? [])) {
      if (job.ended !== null) continue
      if (job.startedMs === null) this.end(job, { exitCode: null, reason })
      else if (this.#sim.strikes('agent does not hear that it is to end')) {
        this.#sim.after(job.agent, graceS * 1000, () => this.end(job, { exitCode: 137, reason }))
      } else job.stop.tell(reason)
    }
  }

  /** Jobs that hold a place. */
  alive(): readonly Job[] {
    return [...this.#alive]
  }

  /** From here on the job does not live, and its end is told. */
  end(job: Job, { exitCode, reason }: Exit): void {
    if (job.ended !== null) return
    const sim = this.#sim
    job.agent.die()
    this.#alive.delete(job)
    const { job: name, slot, pool } = job.request
    const atMs = Math.floor(sim.time.nowMs)
    const billedS = job.startedMs === null ? 0 : (sim.time.nowMs - job.startedMs) / 1000
    job.ended = { job: name, slot, pool, atMs, billedS, exitCode, reason }
    sim.note(`job ${name} ended: ${reason}, exit code ${exitCode}`)
    if (job.unanswered) sim.count('job event before its submission was answered')
    if (this.#options.host.alive) this.#options.onEnded(job.ended)
  }

  #start(request: JobRequest): readonly Job[] {
    const copies = this.#jobs.get(request.job) ?? []
    if (copies.some(({ ended }) => ended === null)) return []
    this.#jobs.set(request.job, copies)
    const isDoubled = this.#options.remote && this.#sim.strikes('job submitted twice')
    const first = this.#begin(request, isDoubled)
    const started = [first]
    if (isDoubled) {
      // More of it may start about when the lease of the first one is over, which comes to itself meanwhile.
      const late = [this.#sim.between(115_000, 150_000), this.#sim.between(120_000, 185_000)]
      for (const laterMs of this.#sim.chance(0.7) ? late : [0]) {
        started.push(this.#begin(request, isDoubled, laterMs))
        this.#sim.after(first.agent, laterMs + this.#sim.between(1000, 20_000), () => first.thaw?.())
      }
    }
    copies.push(...started)
    return started
  }

  #begin(request: JobRequest, isDoubled: boolean, laterMs = 0): Job {
    const sim = this.#sim
    const agent = sim.process(`agent ${request.slot.task}/${request.slot.attempt}/${request.slot.clone}`)
    const job: Job = {
      request,
      agent,
      stop: new StopSignal(),
      startedMs: null,
      ended: null,
      unanswered: false,
      isDoubled,
      thaw: undefined,
    }
    this.#alive.add(job)
    const { host } = this.#options
    host.onDeath(() => agent.die())
    const pool = this.#options.pools.find(({ id }) => id === request.pool)
    sim.after(agent, laterMs + sim.between(0, (pool?.startDelayS ?? 0) * 2000), () => {
      job.startedMs = sim.time.nowMs
      if (pool?.purchase === 'spot') this.#reclaimPerhaps(job)
      void this.#options.runAgent(job).then((exit) => this.end(job, exit))
    })
    return job
  }

  #reclaimPerhaps(job: Job): void {
    const sim = this.#sim
    for (const [type, exitCode] of signals) {
      if (!sim.strikes(type)) continue
      const reason = `Host EC2 (instance i-${job.request.slot.clone}) terminated.`
      sim.after(job.agent, sim.between(0, 15_000), () => this.end(job, { exitCode, reason }))
      return
    }
  }
}
