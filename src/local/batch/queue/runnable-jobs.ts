import type { Job } from '#local/batch/job/job.ts'

/** How a share of a queue stands at the moment: the one with the least is next. */
export type Standing = (share: string) => number

/**
 * The RUNNABLE jobs of a queue. Without shares they go in the order in which they became RUNNABLE; among shares by
 * standing, and within one by scheduling priority first.
 */
export class RunnableJobs {
  readonly #shares = new Map<string, Map<number, Set<Job>>>()

  add(job: Job): void {
    const { share = '', priority } = job.spec
    const byPriority = this.#shares.get(share) ?? new Map<number, Set<Job>>()
    this.#shares.set(share, byPriority)
    byPriority.set(priority, (byPriority.get(priority) ?? new Set()).add(job))
  }

  delete(job: Job): void {
    const { share = '', priority } = job.spec
    const byPriority = this.#shares.get(share)
    const jobs = byPriority?.get(priority)
    jobs?.delete(job)
    if (jobs?.size === 0) byPriority?.delete(priority)
    if (byPriority?.size === 0) this.#shares.delete(share)
  }

  /** Lazily, so that a queue of thousands costs no more than what is taken from it. O(shares) a job. */
  *inTurn(standing: Standing): Generator<Job, void, void> {
    const heads = new Map<string, Job>()
    const rests = new Map<string, Iterator<Job>>()
    const advance = (share: string) => {
      const next = rests.get(share)?.next()
      if (next === undefined || next.done === true) heads.delete(share)
      else heads.set(share, next.value)
    }
    for (const [share, byPriority] of this.#shares) {
      rests.set(share, byPriorityFirst(byPriority))
      advance(share)
    }
    for (;;) {
      const share = leastOf(heads.keys(), standing)
      const job = share === undefined ? undefined : heads.get(share)
      if (share === undefined || job === undefined) return
      // Before the job is taken out of its set.
      advance(share)
      yield job
    }
  }
}

function* byPriorityFirst(byPriority: ReadonlyMap<number, ReadonlySet<Job>>): Generator<Job, void, void> {
  for (const [, jobs] of [...byPriority].sort(([a], [b]) => b - a)) yield* jobs
}

function leastOf(shares: Iterable<string>, standing: Standing): string | undefined {
  let least: string | undefined
  let leastOfAll = Infinity
  for (const share of shares) {
    const stands = standing(share)
    if (least === undefined || stands < leastOfAll) {
      least = share
      leastOfAll = stands
    }
  }
  return least
}
