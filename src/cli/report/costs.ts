import type { RunDocument, SlotDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'

/** Where a run's money went: what won, what lost a race, what failed, what was cancelled with its run. */
export interface Cost {
  readonly usefulUsd: number
  readonly clonesUsd: number
  readonly failuresUsd: number
  readonly cancelledUsd: number
  /** Clones that held a place. */
  readonly clones: number
}

/** The costs of a run's clones, in all and by pool and by task; sums over its document with tasks. O(slots). */
export interface Costs {
  readonly total: Cost
  readonly byPool: ReadonlyMap<string, Cost>
  readonly byTask: ReadonlyMap<string, Cost>
}

/** The cap of a run, and how far it is used. */
export interface Budget {
  readonly capUsd: number
  readonly spentUsd: number
  /** Worst case of clones that are not billed yet. */
  readonly reservedUsd: number
}

const nothing: Cost = { usefulUsd: 0, clonesUsd: 0, failuresUsd: 0, cancelledUsd: 0, clones: 0 }

export function costsOf(run: RunDocument): Costs {
  let total = nothing
  const byPool = new Map<string, Cost>()
  const byTask = new Map<string, Cost>()
  for (const task of run.tasks ?? []) {
    for (const slot of task.attempts.flatMap(({ slots }) => slots)) {
      if (slot.startedAt === null && slot.costUsd === 0) continue
      const own = costOf(slot)
      total = sum(total, own)
      byPool.set(slot.pool, sum(byPool.get(slot.pool) ?? nothing, own))
      byTask.set(taskOf(task.id), sum(byTask.get(taskOf(task.id)) ?? nothing, own))
    }
  }
  return { total, byPool, byTask }
}

/** `null`: the run has no budget. */
export function budgetOf(run: RunDocument): Budget | null {
  if (run.budgetUsd === null) return null
  return { capUsd: run.budgetUsd, spentUsd: run.costUsd, reservedUsd: run.reservedUsd }
}

/** All of it. */
export function totalUsd(cost: Cost): number {
  return cost.usefulUsd + cost.clonesUsd + cost.failuresUsd + cost.cancelledUsd
}

function costOf(slot: SlotDocument): Cost {
  const one = { ...nothing, clones: 1 }
  switch (slot.state) {
    case 'lost':
      return { ...one, clonesUsd: slot.costUsd }
    case 'cancelled':
      return { ...one, cancelledUsd: slot.costUsd }
    case 'failed':
    case 'rejected':
    case 'fenced':
      return { ...one, failuresUsd: slot.costUsd }
    default:
      return { ...one, usefulUsd: slot.costUsd }
  }
}

function sum(a: Cost, b: Cost): Cost {
  return {
    usefulUsd: a.usefulUsd + b.usefulUsd,
    clonesUsd: a.clonesUsd + b.clonesUsd,
    failuresUsd: a.failuresUsd + b.failuresUsd,
    cancelledUsd: a.cancelledUsd + b.cancelledUsd,
    clones: a.clones + b.clones,
  }
}
