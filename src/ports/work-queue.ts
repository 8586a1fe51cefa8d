import type { Work } from '#contract/work-message.ts'

/** Work that goes on when whoever asked for it was answered. At least once, in any order; so all of it is safe to repeat. */
export interface WorkQueue {
  /** `afterS`: not earlier. At most 900. */
  put(work: Work, afterS?: number): Promise<void>
}
