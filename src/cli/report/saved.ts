import { clonesOf, ran } from '#cli/report/winner.ts'
import type { AttemptDocument, RunDocument, TaskDocument } from '#contract/run-document.ts'

/** What a race of identical work saved its task against its first clone alone, as far as that can be said. */
export interface Saved {
  readonly task: string
  readonly attempt: number
  /** Seconds that the first clone would have needed on, the least and the most likely; `null`: not known. */
  readonly betweenS: readonly [number, number] | null
  readonly basis: string
}

/**
 * What each race of a run saved: attempts that a single result decided, in which two or more clones were given a place. The
 * first clone's own end counts where it is known. Where it was ended instead, the history of its task tells how much longer
 * it would have taken (its p50 to its p90, less what it had run); without history that is not known. O(slots).
 */
export function savedBy(run: RunDocument): readonly Saved[] {
  return (run.tasks ?? []).flatMap((task) =>
    task.attempts
      .filter((attempt) => attempt.state === 'committed' && clonesOf(attempt).filter(ran).length > 1)
      .flatMap((attempt) => {
        const own = savedIn(task, attempt)
        return own === undefined ? [] : [{ task: task.id, attempt: attempt.number, ...own }]
      }),
  )
}

function savedIn(task: TaskDocument, attempt: AttemptDocument): Pick<Saved, 'betweenS' | 'basis'> | undefined {
  const winner = attempt.slots.find(({ state }) => state === 'won')
  const first = attempt.slots.find(({ clone }) => clone === 0)
  // A result that took several clones, be it to beat them, waited for all of them.
  const isOfOne = !attempt.slots.some(({ state }) => state === 'contributed')
  if (winner === undefined || first === undefined || winner.endedAt === null || !isOfOne) return undefined
  if (first === winner) return { betweenS: [0, 0], basis: 'the first clone won' }
  if (first.state !== 'lost') return { betweenS: null, basis: `the first clone ${first.state}` }
  const wonAtMs = Date.parse(winner.endedAt)
  if (first.exitCode === 0 && first.endedAt !== null) {
    const laterS = (Date.parse(first.endedAt) - wonAtMs) / 1000
    // A first clone that was done before the winner lost by its result, not by its time.
    return laterS < 0 ? undefined : { betweenS: [laterS, laterS], basis: 'when the first clone ended' }
  }
  const { predicted } = task
  if (first.startedAt === null) return { betweenS: null, basis: 'the first clone never started' }
  if (predicted?.basis.kind !== 'history') return { betweenS: null, basis: 'there is no history of the task' }
  const ranS = (wonAtMs - Date.parse(first.startedAt)) / 1000
  const { p50, p90 } = predicted.durationS
  if (ranS >= p90) return { betweenS: null, basis: 'the first clone was slower than nine in ten before it' }
  return { betweenS: [Math.max(0, p50 - ranS), p90 - ranS], basis: `${predicted.basis.samples} past clones` }
}
