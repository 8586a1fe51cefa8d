import type { ContainerDetail } from '@aws-sdk/client-batch'
import type { AlarmClock, CancelAlarm } from '#adapters/local/alarm-clock.ts'
import { ecsArnOf, nameIn, type Place } from '#local/batch/arns.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import type { Host } from '#local/batch/hosts/host.ts'
import type { JobLife } from '#local/batch/job/job-life.ts'
import type { Job } from '#local/batch/job/job.ts'
import { triesAgain } from '#local/batch/job/retry.ts'
import { reasons } from '#local/batch/job/status-reasons.ts'

/** What runs as the container of an attempt. */
export interface ContainerRun {
  /** Names the attempt among all. */
  readonly task: string
  readonly container: ContainerDetail
  readonly environment: Readonly<Record<string, string>>
  readonly logStream: string
}

/** How a container ended. */
export interface ContainerExit {
  readonly exitCode: number | null
  /** What Docker says of it, beyond its exit code. */
  readonly reason?: string
  /** It was never started. */
  readonly isStartFailure?: boolean
}

/** Runs a container until it ends; an aborted `signal` (its reason is an {@link EndContainer}) ends it. */
export type RunContainer = (run: ContainerRun, signal: AbortSignal) => Promise<ContainerExit>

/** TERM, and KILL after so long. */
export interface EndContainer {
  readonly graceS: number
}

/** Where an attempt runs. */
export interface Berth {
  readonly host: Host
  readonly environment: string
  readonly isFargate: boolean
}

interface Attempt extends Berth {
  readonly job: Job
  readonly task: string
  readonly abort: AbortController
  startedAtMs: number | undefined
  cancelAlarm: CancelAlarm
  /** What is said of its end rather than that the container exited. */
  verdict: Verdict | undefined
}

interface Verdict {
  readonly statusReason: string
  /** Whether the retry strategy is asked at all. */
  readonly mayRetry: boolean
  /** Nobody is left to tell the exit code. */
  readonly isLost: boolean
}

export interface JobRunnerOptions {
  readonly clock: AlarmClock
  readonly place: Place
  readonly life: JobLife
  readonly run: RunContainer
  /** An id of 32 hex digits for each task. */
  readonly newTaskId: () => string
  /** From its image being pulled to the first second of the container. */
  readonly containerStartS: number
  /** From TERM to KILL, as ECS does unless it is told otherwise. */
  readonly stopGraceS: number
  /** Likewise when a host is taken away; 0: without notice. */
  readonly reclaimGraceS: number
  /** Told before the status changes: the place of the job is free. */
  readonly onLeft: (job: Job, berth: Berth, ranS: number) => void
  readonly onError: (error: unknown) => void
}

/** The attempts of jobs, from the place that each was given to what follows from its end. */
export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #attempts = new Map<string, Attempt>()
  readonly #unfinished = new Set<Promise<void>>()

  constructor(options: JobRunnerOptions) {
    this.#options = options
  }

  start(job: Job, berth: Berth): void {
    const { clock, life, newTaskId, place, containerStartS } = this.#options
    const task = newTaskId()
    const attempt: Attempt = {
      ...berth,
      job,
      task,
      abort: new AbortController(),
      startedAtMs: undefined,
      cancelAlarm: () => undefined,
      verdict: undefined,
    }
    this.#attempts.set(job.id, attempt)
    const cluster = `${berth.environment}_Batch`
    job.last = {
      taskArn: ecsArnOf(place, 'task', `${cluster}/${task}`),
      ...(!berth.isFargate && {
        containerInstanceArn: ecsArnOf(place, 'container-instance', `${cluster}/${berth.host.fate.host.slice(2)}`),
      }),
      networkInterfaces: [],
    }
    if (job.spec.overrideChars > batchLimits.overrideChars) {
      return this.#tell(attempt, { statusReason: reasons.overridesTooLong, mayRetry: false, isLost: true }, 0)
    }
    const delayS = containerStartS + (berth.isFargate ? berth.host.fate.startDelayS : 0)
    attempt.cancelAlarm = clock.at(clock.nowMs() + delayS * 1000, () => this.#track(this.#run(attempt)))
    life.turn(job, 'STARTING')
  }

  /** Ends a job that is starting or runs, for the reason that its user gives. */
  terminate(job: Job, reason: string): void {
    const attempt = this.#attempts.get(job.id)
    if (attempt === undefined) return
    job.isTerminated = true
    const verdict = { statusReason: reason, mayRetry: false, isLost: false }
    this.#tell(attempt, verdict, this.#options.stopGraceS)
  }

  /** Ends a job whose host is taken away. */
  loseHost(id: string): void {
    const attempt = this.#attempts.get(id)
    if (attempt === undefined) return
    const { reclaimGraceS: graceS } = this.#options
    const statusReason = attempt.isFargate ? reasons.spotTask : reasons.host(attempt.host.fate.host)
    this.#tell(attempt, { statusReason, mayRetry: true, isLost: graceS === 0 }, graceS)
  }

  /** Ends all containers, and resolves once none lives. */
  async close(): Promise<void> {
    for (const attempt of this.#attempts.values()) {
      this.#tell(attempt, { statusReason: 'The endpoint was closed', mayRetry: false, isLost: false }, 1)
    }
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished)
  }

  /** The first one to say why is heard. */
  #tell(attempt: Attempt, verdict: Verdict, graceS: number): void {
    if (attempt.verdict !== undefined) return
    attempt.verdict = verdict
    attempt.cancelAlarm()
    if (attempt.startedAtMs === undefined) this.#end(attempt, { exitCode: null })
    else attempt.abort.abort({ graceS } satisfies EndContainer)
  }

  async #run(attempt: Attempt): Promise<void> {
    const { clock, life, run, onError, stopGraceS } = this.#options
    const { job } = attempt
    attempt.startedAtMs = clock.nowMs()
    job.startedAtMs = attempt.startedAtMs
    const logStream = `${nameIn(job.spec.definitionArn).replace(/:\d+$/, '')}/default/${attempt.task}`
    job.last = { ...job.last, logStreamName: logStream }
    const { timeoutS } = job.spec
    if (timeoutS !== undefined) {
      const verdict = { statusReason: reasons.timedOut, mayRetry: false, isLost: false }
      attempt.cancelAlarm = clock.at(clock.nowMs() + timeoutS * 1000, () => this.#tell(attempt, verdict, stopGraceS))
    }
    life.turn(job, 'RUNNING')
    const environment = environmentOf(job, attempt)
    let exit: ContainerExit
    try {
      exit = await run(
        { task: attempt.task, container: job.spec.container, environment, logStream },
        attempt.abort.signal,
      )
    } catch (error) {
      onError(error)
      exit = { exitCode: null, isStartFailure: true }
    }
    this.#end(attempt, exit)
  }

  #end(attempt: Attempt, exit: ContainerExit): void {
    const { clock, life, onLeft } = this.#options
    const { job, startedAtMs, verdict } = attempt
    attempt.cancelAlarm()
    this.#attempts.delete(job.id)
    const exitCode = verdict?.isLost ? null : exit.exitCode
    const statusReason = verdict?.statusReason ?? (exit.isStartFailure ? reasons.notStarted : reasons.exited)
    const reason = verdict?.isLost ? undefined : exit.reason
    job.last = { ...job.last, ...(exitCode !== null && { exitCode }), ...(reason !== undefined && { reason }) }
    job.attempts.push({ container: job.last, startedAt: startedAtMs, stoppedAt: clock.nowMs(), statusReason })
    onLeft(job, attempt, startedAtMs === undefined ? 0 : (clock.nowMs() - startedAtMs) / 1000)
    if (verdict === undefined && exitCode === 0) life.turn(job, 'SUCCEEDED', statusReason)
    else if (this.#followsAnother(job, verdict, { statusReason, reason, exitCode })) life.turn(job, 'RUNNABLE')
    else life.turn(job, 'FAILED', statusReason)
  }

  #followsAnother(job: Job, verdict: Verdict | undefined, end: Parameters<typeof triesAgain>[2]): boolean {
    return verdict?.mayRetry !== false && triesAgain(job.spec.retry, job.attempts.length, end)
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch(this.#options.onError).finally(() => this.#unfinished.delete(tracked))
    this.#unfinished.add(tracked)
  }
}

/** What Batch itself puts into the environment of a container, and what its definition and submission say. */
function environmentOf(job: Job, { environment }: Attempt): Readonly<Record<string, string>> {
  const { spec, array } = job
  const named = (spec.container.environment ?? []).map(({ name = '', value = '' }) => [name, value] as const)
  return {
    ...Object.fromEntries(named),
    AWS_BATCH_JOB_ID: job.id,
    AWS_BATCH_JOB_ATTEMPT: String(job.attempts.length + 1),
    AWS_BATCH_JQ_NAME: spec.queue,
    AWS_BATCH_CE_NAME: environment,
    ...(array?.kind === 'child' && {
      AWS_BATCH_JOB_ARRAY_INDEX: String(array.index),
      AWS_BATCH_JOB_ARRAY_SIZE: String(array.parent.array?.kind === 'parent' ? array.parent.array.size : 0),
    }),
  }
}
