import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { followTrace } from '#adapters/local/pools/follow-trace.ts'
import type { Job, JobExit } from '#adapters/local/pools/job.ts'
import { Places, type PoolState } from '#adapters/local/pools/places.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import { soleJob } from '#core/dispatch/job-names.ts'
import type { Chance } from '#core/pools/chance.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import { drawFate } from '#core/pools/fate.ts'
import type { Room } from '#core/pools/pool.ts'
import { maxAskedJobs, type JobEnded, type JobRequest, type JobState, type Pools } from '#ports/pools.ts'

/** Pools that this machine plays. */
export interface EmulatedPools extends Pools {
  /**
   * A job's command has ended and all is staged out: its place is free, though its report is still being settled.
   * Otherwise what follows from the report would find the place taken and spill.
   */
  vacate(job: string): void
  /**
   * Takes nothing any more, ends what has not started, waits for running jobs for `drainS`, then interrupts them.
   * Resolves when no job lives and all ends are told. A second call may shorten the first one's wait.
   */
  close(options: { readonly drainS: number }): Promise<void>
}

export interface EmulatedPoolsOptions {
  readonly pools: readonly EmulatedPool[]
  /** What all pools together may hold. */
  readonly machine: Room
  readonly clock: AlarmClock
  readonly chance: Chance
  /** The body of a job. Once aborted (the reason is a {@link StopReason}) it ends as soon as it can. */
  readonly runJob: (job: JobRequest, signal: AbortSignal) => Promise<JobExit>
  readonly onEnded: (ended: JobEnded) => Promise<void>
  /** Told when room may have come without a job's end: hosts can be had again, or those still to come are gone. */
  readonly onRoom?: () => void
  /** Told when a body or `onEnded` throws. */
  readonly onError: (error: unknown) => void
  /** Seconds between TERM and KILL. */
  readonly graceS?: number
}

/** What a pool says of jobs that end because its engine does. */
export const engineStopped = 'engine lost: it ended before the job did'

/** Ended jobs that are remembered: as many as a task may have instances. */
const remembered = 10_000

/**
 * Batch on one machine. Real: the jobs, the queue of each pool (first in, first out), the room of pools and machine.
 * Emulated: start delays (a job that starts holds its place), hosts and their reclaim (without notice), prices. A job
 * that no room could ever hold is ended at once, since it would block its queue for ever. `billedS` counts from the
 * body's start: hosts that boot are not billed to a job.
 */
export function createEmulatedPools(options: EmulatedPoolsOptions): EmulatedPools {
  const { clock, chance, runJob, onEnded, onError, graceS = 10 } = options
  const places = new Places(options.pools, options.machine)
  const jobs = new Map<string, Job>()
  /** Oldest first. */
  const endedJobs = new Map<string, JobEnded>()
  const unfinished = new Set<Promise<void>>()
  let turns = 0
  let closing = false

  const traces = options.pools.flatMap(({ pool, reclaim: kind }) =>
    kind.kind === 'trace'
      ? [followTrace(clock, kind.trace, (available) => turnHosts(places.of(pool.id), available))]
      : [],
  )

  return {
    describe: async () => options.pools.map(({ pool }) => pool),
    capacity: async () => places.capacity(),
    names: async (clones) => clones.map(({ slot }) => soleJob(slot)),
    submit: async (requests) => {
      for (const request of requests) enqueue(request)
      startWhatFits()
    },
    jobs: async (names) => {
      if (names.length > maxAskedJobs)
        throw new RangeError(`${names.length} jobs were asked about: ${maxAskedJobs} at once`)
      return names.flatMap((name) => stateOf(name) ?? [])
    },
    terminate: async (names, reason) => {
      for (const name of names) {
        const job = jobs.get(name)
        if (job?.phase === 'running') tell(job, { kind: 'stop', graceS }, ({ exitCode }) => ({ exitCode, reason }))
        else if (job !== undefined) end(job, { exitCode: null, reason })
      }
      startWhatFits()
    },
    vacate: (name) => {
      const job = jobs.get(name)
      if (job?.phase !== 'running') return
      job.cancelAlarm()
      places.release(job)
      startWhatFits()
    },
    close: async ({ drainS }) => {
      closing = true
      places.close()
      for (const cancel of traces) cancel()
      for (const job of jobs.values()) {
        if (job.phase !== 'running') end(job, { exitCode: null, reason: engineStopped })
      }
      if (drainS <= 0) interruptAll()
      const cancel = clock.at(clock.nowMs() + drainS * 1000, interruptAll)
      while (unfinished.size > 0) await Promise.all(unfinished)
      cancel()
    },
  }

  function enqueue(request: JobRequest): void {
    if (jobs.has(request.job)) return
    const state = places.of(request.pool)
    const job: Job = {
      request,
      fate: drawFate(state.config, chance(request.pool, request.slot)),
      turn: turns++,
      abort: new AbortController(),
      phase: 'queued',
      startedAtMs: 0,
      cancelAlarm: () => undefined,
      verdict: null,
    }
    jobs.set(request.job, job)
    endedJobs.delete(request.job)
    state.queue.push(job)
    if (closing) end(job, { exitCode: null, reason: engineStopped })
    else if (!places.couldHold(request.pool, request.resources)) end(job, { exitCode: null, reason: tooLarge(request) })
  }

  function stateOf(job: string): JobState | undefined {
    const alive = jobs.get(job)
    if (alive !== undefined) {
      return { job, state: 'alive', startedAtMs: alive.phase === 'running' ? alive.startedAtMs : null }
    }
    const ended = endedJobs.get(job)
    return ended && { job, state: 'ended', ended }
  }

  function startWhatFits(): void {
    for (const job of places.give()) {
      job.phase = 'starting'
      job.cancelAlarm = clock.at(clock.nowMs() + job.fate.startDelayS * 1000, () => track(run(job)))
    }
  }

  async function run(job: Job): Promise<void> {
    job.phase = 'running'
    job.startedAtMs = clock.nowMs()
    const reclaimAtMs = job.startedAtMs + reclaimAfterS(places.of(job.request.pool), job) * 1000
    job.cancelAlarm = reclaimAtMs < Infinity ? clock.at(reclaimAtMs, () => reclaim(job)) : () => undefined
    let exit: JobExit
    try {
      exit = await runJob(job.request, job.abort.signal)
    } catch (error) {
      onError(error)
      exit = { exitCode: null, reason: 'Task failed to start' }
    }
    end(job, job.verdict === null ? exit : job.verdict(exit))
    startWhatFits()
  }

  /** From here on the job does not live, holds nothing, and its end is told. */
  function end(job: Job, exit: JobExit): void {
    job.cancelAlarm()
    places.release(job)
    const { job: name, slot, pool } = job.request
    jobs.delete(name)
    const atMs = clock.nowMs()
    const billedS = job.phase === 'running' ? Math.max(0, atMs - job.startedAtMs) / 1000 : 0
    const ended = { job: name, slot, pool, atMs, billedS, exitCode: exit.exitCode, reason: exit.reason }
    endedJobs.set(name, ended)
    const [oldest] = endedJobs.keys()
    if (endedJobs.size > remembered && oldest !== undefined) endedJobs.delete(oldest)
    track(onEnded(ended))
  }

  /** Tells a running job to end; the first one to say so is heard. */
  function tell(job: Job, why: StopReason, verdict: (exit: JobExit) => JobExit): void {
    if (job.abort.signal.aborted) return
    job.verdict = verdict
    job.abort.abort(why)
  }

  function reclaim(job: Job): void {
    const reason = `Host EC2 (instance ${job.fate.host}) terminated.`
    tell(job, { kind: 'reclaim' }, () => ({ exitCode: null, reason }))
  }

  function interruptAll(): void {
    for (const job of jobs.values()) {
      tell(job, { kind: 'interrupt', graceS }, ({ exitCode }) => ({ exitCode, reason: engineStopped }))
    }
  }

  /** All hosts of a pool are gone, or can be had again. A job whose host was still to come waits for another one. */
  function turnHosts(state: PoolState, available: boolean): void {
    state.open = available
    if (!available) {
      for (const job of state.placed) {
        if (job.phase === 'running') reclaim(job)
        else requeue(state, job)
      }
    }
    startWhatFits()
    options.onRoom?.()
  }

  function requeue(state: PoolState, job: Job): void {
    job.cancelAlarm()
    job.phase = 'queued'
    places.release(job)
    state.queue.push(job)
    state.queue.sort((a, b) => a.turn - b.turn)
  }

  function track(work: Promise<void>): void {
    const tracked = work.catch(onError).finally(() => unfinished.delete(tracked))
    unfinished.add(tracked)
  }
}

/** `Infinity`: its host stays, as far as its own fate goes. */
function reclaimAfterS({ config: { reclaim }, starts }: PoolState, { fate, request }: Job): number {
  if (reclaim.kind !== 'nth') return fate.reclaimAfterS ?? Infinity
  const nth = (starts.get(request.slot.run) ?? 0) + 1
  starts.set(request.slot.run, nth)
  return nth === reclaim.nth ? reclaim.afterS : Infinity
}

/** Batch's own words, by which such jobs are known. */
function tooLarge({ pool, resources: { vcpus, memoryMiB, gpus } }: JobRequest): string {
  return `MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - ${vcpus} vCPUs, ${memoryMiB} MiB and ${gpus} GPUs never fit ${pool}.`
}
