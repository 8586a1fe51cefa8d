import type { PlanDraft } from '#core/planning/plan.ts'
import type { CostRange } from '#core/planning/planned-cost.ts'

/** What a submission would come to. Times are seconds without the wait for room in a pool. */
export interface PlanPreview {
  readonly plan: PlanDraft
  /** Of all instances that are known; a list that a task has yet to make counts as one. */
  readonly costUsd: CostRange
  /** By task. */
  readonly tasks: Readonly<
    Record<
      string,
      {
        /** `null`: known only when the tasks before it are done. */
        readonly instances: number | null
        /** Of one instance. */
        readonly costUsd: CostRange
      }
    >
  >
}
