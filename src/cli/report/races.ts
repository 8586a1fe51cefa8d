import { clonesOf, ran } from '#cli/report/winner.ts'
import type { RunDocument } from '#contract/run-document.ts'

/** What cloning and hedging came to in a run. */
export interface Races {
  /** Attempts in which two or more clones were given a place, and one was to win. */
  readonly run: number
  /** Won races by pool, most first. */
  readonly wonBy: readonly (readonly [pool: string, races: number])[]
  /** What clones cost that lost. */
  readonly lostUsd: number
  readonly hedges: readonly Hedge[]
  /** Results that several clones contributed to, and how. */
  readonly combined: readonly { readonly task: string; readonly decision: string }[]
}

/** A standby clone that was called up. */
export interface Hedge {
  readonly task: string
  readonly pool: string
  readonly won: boolean
}

/** The races of a run's document with tasks. O(slots). */
export function racesOf(run: RunDocument): Races {
  const wonBy = new Map<string, number>()
  const hedges: Hedge[] = []
  const combined: { task: string; decision: string }[] = []
  let races = 0
  let lostUsd = 0
  for (const task of run.tasks ?? []) {
    for (const attempt of task.attempts) {
      const clones = clonesOf(attempt)
      const isCombined = clones.some(({ state }) => state === 'contributed')
      if (isCombined && attempt.decision !== null) combined.push({ task: task.id, decision: attempt.decision })
      const raced = !isCombined && clones.filter(ran).length > 1
      if (raced) races++
      for (const slot of clones) {
        const won = slot.state === 'won'
        if (won && raced) wonBy.set(slot.pool, (wonBy.get(slot.pool) ?? 0) + 1)
        if (slot.state === 'lost') lostUsd += slot.costUsd
        if (slot.kind === 'standby') hedges.push({ task: task.id, pool: slot.pool, won })
      }
    }
  }
  return {
    run: races,
    wonBy: [...wonBy].toSorted(([a, most], [b, other]) => other - most || (a < b ? -1 : 1)),
    lostUsd,
    hedges,
    combined,
  }
}
