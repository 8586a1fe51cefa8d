import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { Tolerance } from '#core/workflow/workflow.ts'

/** How many instances may fail; none unless it is said. Of a task without instances that would mean nothing. */
export function canonicalTolerance(task: CheckedTask, place: Path, findings: Findings): Tolerance {
  const { tolerate = 0 } = task
  const amount = typeof tolerate === 'number' ? tolerate : Number(tolerate.slice(0, -1))
  if (amount === 0) return NONE
  if (task.forEach === undefined) {
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)}: \`tolerate\` without \`forEach\``,
      fix: 'add `forEach`, or write `allowFailure: true` for a task whose failure is none of the run',
      path: [...place, 'tolerate'],
      at: 'key',
    })
  }
  return typeof tolerate === 'number' ? { count: amount, kind: 'count' } : { kind: 'share', percent: amount }
}

const NONE: Tolerance = { count: 0, kind: 'count' }
