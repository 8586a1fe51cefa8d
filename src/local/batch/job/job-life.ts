import { follows, isOver, jobStatuses, type JobStatus } from '#local/batch/job/job-status.ts'
import { newJob, type ArrayPart, type Job } from '#local/batch/job/job.ts'
import { reasons } from '#local/batch/job/status-reasons.ts'
import type { Clock } from '#ports/clock.ts'

export interface JobLifeOptions {
  readonly clock: Clock
  /** All jobs by id, children of arrays included. */
  readonly jobs: Map<string, Job>
  /** The next turn. */
  readonly nextTurn: () => number
  /** Told of each change of a status, the first one included. */
  readonly onStatus: (job: Job) => void
}

/** The states of jobs and what follows from one job for others: dependencies, and the children and parents of arrays. */
export class JobLife {
  readonly #options: JobLifeOptions
  /** Jobs by the id of what they wait for. */
  readonly #dependents = new Map<string, Set<Job>>()
  /** Jobs that have ended, and what follows from it has still to be done: a long chain would overflow the stack. */
  readonly #ended: Job[] = []
  #isDraining = false

  constructor(options: JobLifeOptions) {
    this.#options = options
  }

  /** Takes a job that was submitted. */
  admit(job: Job): void {
    this.#options.jobs.set(job.id, job)
    this.#options.onStatus(job)
  }

  /** Looks at what a submitted job waits for. */
  evaluate(job: Job): void {
    if (job.status !== 'SUBMITTED') return
    const plain = job.spec.dependsOn.filter(({ type }) => type === undefined)
    this.#waitFor(
      job,
      plain.map(({ jobId }) => jobId as string),
    )
    this.#drain()
  }

  /** The only place where a status changes. @throws when `status` can't follow, which is a bug of the caller. */
  turn(job: Job, status: JobStatus, reason?: string): void {
    if (!follows[job.status].includes(status)) throw new Error(`${job.id}: ${job.status} is not followed by ${status}`)
    const { array } = job
    if (array?.kind === 'child') count(array.parent, job.status, status)
    job.status = status
    job.statusReason = reason
    if (isOver(status)) {
      job.stoppedAtMs = this.#options.clock.nowMs()
      this.#ended.push(job)
    }
    this.#options.onStatus(job)
    if (status === 'RUNNABLE' && array?.kind === 'child') this.#pend(array.parent)
    this.#drain()
  }

  /**
   * Ends a job that has not come to STARTING; one that waits for others ends once these have. The children of an array
   * are told likewise, and `stop` is called for each that has come further.
   */
  cancel(job: Job, reason: string, kind: 'cancelled' | 'terminated', stop: (job: Job) => void): void {
    if (isOver(job.status)) return
    if (job.status === 'STARTING' || job.status === 'RUNNING') return stop(job)
    if (kind === 'cancelled') job.isCancelled = true
    else job.isTerminated = true
    job.endReason ??= reason
    const { array } = job
    if (array?.kind === 'parent' && array.children.length > 0) {
      for (const child of array.children) this.cancel(child, reason, kind, stop)
    } else if (job.waitsFor.size === 0) this.turn(job, 'FAILED', job.endReason)
  }

  #waitFor(job: Job, ids: readonly string[]): void {
    const found = ids.map((id) => ({ id, status: this.#options.jobs.get(id)?.status }))
    if (found.some(({ status }) => status === 'FAILED')) return this.turn(job, 'FAILED', reasons.dependencyFailed)
    for (const { id, status } of found) {
      if (status === 'SUCCEEDED') continue
      job.waitsFor.add(id)
      const dependents = this.#dependents.get(id) ?? new Set()
      this.#dependents.set(id, dependents.add(job))
    }
    if (job.waitsFor.size === 0) this.#begin(job)
    else this.#pend(job)
  }

  #pend(job: Job): void {
    if (job.status === 'SUBMITTED') this.turn(job, 'PENDING')
  }

  #begin(job: Job): void {
    if (job.endReason !== undefined) this.turn(job, 'FAILED', job.endReason)
    else if (job.array?.kind === 'parent') this.#spawn(job, job.array)
    else this.turn(job, 'RUNNABLE')
  }

  #spawn(parent: Job, array: Extract<ArrayPart, { kind: 'parent' }>): void {
    const { clock, jobs, nextTurn, onStatus } = this.#options
    this.#pend(parent)
    for (let index = 0; index < array.size; index++) {
      const child = newJob({
        id: childId(parent.id, index),
        arn: childId(parent.arn, index),
        turn: nextTurn(),
        spec: parent.spec,
        createdAtMs: clock.nowMs(),
        array: { kind: 'child', index, parent },
        status: 'PENDING',
      })
      array.children.push(child)
      array.counts.PENDING += 1
      jobs.set(child.id, child)
      onStatus(child)
    }
    for (const [index, child] of array.children.entries()) this.#waitFor(child, waitsOfChild(parent, index))
  }

  /** What follows from jobs that have ended. */
  #drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    for (let job = this.#ended.shift(); job !== undefined; job = this.#ended.shift()) {
      this.#tellDependents(job.id, job.status)
      const { array } = job
      if (array?.kind === 'parent' && array.children.length === 0) {
        for (let index = 0; index < array.size; index++) this.#tellDependents(childId(job.id, index), job.status)
      }
      if (array?.kind === 'child') this.#endParent(array.parent)
    }
    this.#isDraining = false
  }

  #tellDependents(id: string, status: JobStatus): void {
    const dependents = this.#dependents.get(id) ?? []
    this.#dependents.delete(id)
    for (const dependent of dependents) {
      if (isOver(dependent.status)) continue
      dependent.waitsFor.delete(id)
      if (status === 'FAILED' && dependent.endReason === undefined) {
        this.turn(dependent, 'FAILED', reasons.dependencyFailed)
      } else if (dependent.waitsFor.size === 0) this.#begin(dependent)
    }
  }

  #endParent(parent: Job): void {
    const { array } = parent
    if (array?.kind !== 'parent' || isOver(parent.status)) return
    const { SUCCEEDED, FAILED } = array.counts
    if (SUCCEEDED + FAILED < array.size) return
    if (FAILED === 0) this.turn(parent, 'SUCCEEDED')
    else this.turn(parent, 'FAILED', parent.endReason ?? reasons.childFailed)
  }
}

/** The parent's part of an array of this size. */
export function arrayOf(size: number): ArrayPart {
  const counts = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>
  return { kind: 'parent', size, children: [], counts }
}

function childId(parent: string, index: number): string {
  return `${parent}:${index}`
}

/** Index by index behind other arrays, and one after the other within its own. */
function waitsOfChild({ id, spec }: Job, index: number): readonly string[] {
  return spec.dependsOn.flatMap(({ type, jobId }) => {
    if (type === 'N_TO_N') return [childId(jobId as string, index)]
    return type === 'SEQUENTIAL' && index > 0 ? [childId(id, index - 1)] : []
  })
}

function count({ array }: Job, before: JobStatus, after: JobStatus): void {
  if (array?.kind !== 'parent') return
  array.counts[before] -= 1
  array.counts[after] += 1
}
