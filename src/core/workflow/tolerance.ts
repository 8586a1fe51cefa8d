import type { Tolerance } from '#core/workflow/workflow.ts'

/** How many of so many instances may fail: never more than there are; a share is rounded down. */
export function tolerated(tolerance: Tolerance, instances: number): number {
  return tolerance.kind === 'count'
    ? Math.min(tolerance.count, instances)
    : Math.floor((instances * tolerance.percent) / 100)
}
