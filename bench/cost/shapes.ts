import type { Workflow } from '#core/workflow/workflow.ts'
import { task, workflowOf } from '../../test/builders/dag.ts'
import { from, leaves, numbers, over } from '../../test/operations/drawn.ts'

/** A workflow whose tasks are counted, and what one of them may cost. */
export interface CostShape {
  readonly name: string
  readonly workflow: Workflow
  readonly tasks: number
  /** Clones that run of each task. */
  readonly clones: number
  readonly goalUsd: number
}

/** Long enough for all clones of a task to run, and race; 4 to 12 s, so that tasks of one frontier end one after another. */
const command = {
  kind: 'shell',
  script: `sleep $((4 + $(od -An -N1 -tu1 /dev/urandom) % 8)).$(od -An -N1 -tu1 /dev/urandom | tr -d ' '); printf '{"rows":42}' > "$OUTPUT_OUT"`,
} as const

const usual = { run: command, outputs: leaves('out') } as const

const width = 20
const links = 8
const raced = 20

//  A[0] … A[19]          B0 ─▶ B1 ─▶ … ─▶ B7          C[0] … C[19], three clones each
export const costShapes: readonly CostShape[] = [
  {
    name: 'wide',
    workflow: workflowOf([task('clean', { ...usual, forEach: over({ series: numbers(width) }) })], { name: 'wide' }),
    tasks: width,
    clones: 1,
    goalUsd: 0.00012,
  },
  {
    name: 'chain',
    workflow: workflowOf(
      Array.from({ length: links }, (_, at) =>
        task(`link${at}`, { ...usual, ...(at > 0 && { inputs: { before: from(`link${at - 1}.out`) } }) }),
      ),
      { name: 'chain' },
    ),
    tasks: links,
    clones: 1,
    goalUsd: 0.00018,
  },
  {
    name: 'race',
    workflow: workflowOf([task('fit', { ...usual, clones: 3, forEach: over({ series: numbers(raced) }) })], {
      name: 'race',
    }),
    tasks: raced,
    clones: 3,
    goalUsd: 0.00025,
  },
]
