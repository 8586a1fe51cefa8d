import type { Prediction } from '#core/prediction/prediction.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** The placements of a whole run; immutable once made. */
export interface Plan {
  readonly run: RunId
  readonly madeAtMs: number
  readonly placements: Readonly<Record<string, Placement>>
  /** The longest path with every task on the pool that it would have as a critical one, task by task. */
  readonly criticalPath: readonly string[]
  /** The longest path through the placements as they are: off the critical path, slower pools may make it longer. */
  readonly predicted: { readonly makespanS: { readonly p50: number; readonly p90: number } }
  /** What the plan says of itself in words: what was switched off, what could not be met. */
  readonly notes: readonly string[]
}

/** A plan of a run that is not there: what a submission would come to. */
export type PlanDraft = Omit<Plan, 'run'>

/** Where and how often a task (each instance of it) runs, and why. */
export interface Placement {
  readonly task: string
  readonly slots: readonly PlannedSlot[]
  /** Seconds after dispatch at which a standby slot is called up; `null`: never. */
  readonly hedgeAfterS: number | null
  /** Order of dispatch, greater first: priority, then the longest path to the end. */
  readonly rank: number
  readonly onCriticalPath: boolean
  readonly predicted: Prediction
  readonly reason: string
}

/** A slot as planned, with all that its clone asks for. */
export interface PlannedSlot {
  readonly kind: 'active' | 'standby'
  readonly pool: string
  readonly reason: string
  /** The variant of its task that its clone runs; `null`: the task as it is. */
  readonly variant: string | null
  readonly resources: Resources
  /** Seconds that its command may take; `null`: for ever. */
  readonly timeoutS: number | null
}
