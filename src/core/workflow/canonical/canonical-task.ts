import { canonicalCode } from '#core/workflow/canonical/canonical-code.ts'
import { canonicalCommand } from '#core/workflow/canonical/canonical-command.ts'
import { canonicalCondition } from '#core/workflow/canonical/canonical-condition.ts'
import { canonicalEnvironment } from '#core/workflow/canonical/canonical-environment.ts'
import { canonicalForEach } from '#core/workflow/canonical/canonical-for-each.ts'
import { canonicalInputs } from '#core/workflow/canonical/canonical-inputs.ts'
import { canonicalOutputs } from '#core/workflow/canonical/canonical-outputs.ts'
import { canonicalPolicy } from '#core/workflow/canonical/canonical-policy.ts'
import { canonicalSecrets } from '#core/workflow/canonical/canonical-secrets.ts'
import { canonicalTolerance } from '#core/workflow/canonical/canonical-tolerance.ts'
import { canonicalVariants } from '#core/workflow/canonical/canonical-variants.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedHead, CheckedTask } from '#core/workflow/schema.ts'
import type { Code, ForEach, Task } from '#core/workflow/workflow.ts'

/** What a task takes over from its workflow. */
export interface TaskSurroundings {
  readonly defaults: NonNullable<CheckedHead['defaults']>
  readonly code: Code
  readonly params: readonly string[]
}

/** A task with every default filled in. What contradicts itself is reported; then the task is of use for further checks only. */
export function canonicalTask(id: string, task: CheckedTask, around: TaskSurroundings, findings: Findings): Task {
  const place: Path = ['tasks', id]
  const forEach = canonicalForEach(task, place, findings)
  const inputs = canonicalInputs(task.inputs, [...place, 'inputs'], findings)
  const image = task.image ?? around.defaults.image
  const env = canonicalEnvironment(task, around.params, around.defaults.env ?? {}, place, findings)
  const policy = canonicalPolicy(task, around.defaults, place, findings)
  const imageOfAll = image === undefined ? {} : { image }
  const variants = canonicalVariants(task, around.defaults, { env, ...imageOfAll, pool: policy.pool }, place, findings)
  // In the order of the canonical form: see `inKeyOrder`.
  return {
    aggregate: policy.aggregate,
    allowFailure: task.allowFailure ?? false,
    always: task.always ?? false,
    clones: variants.length > 0 ? variants.length : policy.clones,
    code: canonicalCode(task.code, around.code, [...place, 'code'], findings),
    env,
    estimate: policy.estimate,
    ...(forEach === undefined ? {} : { forEach }),
    hedge: policy.hedge,
    id,
    idempotent: policy.idempotent,
    ...imageOfAll,
    inputs,
    needs: canonicalNeeds(task.needs, inputs, forEach),
    outputs: canonicalOutputs(task.outputs, [...place, 'outputs'], findings),
    pool: policy.pool,
    resources: policy.resources,
    retry: policy.retry,
    ...(variants.length > 0 ? {} : { run: canonicalCommand(task.run, [...place, 'run'], findings) }),
    secrets: canonicalSecrets(task.secrets),
    ...(policy.timeoutS === undefined ? {} : { timeoutS: policy.timeoutS }),
    tolerate: canonicalTolerance(task, place, findings),
    ...(task.validate === undefined
      ? {}
      : { validate: canonicalCommand(task.validate, [...place, 'validate'], findings) }),
    variants,
    ...(task.when === undefined ? {} : { when: canonicalCondition(task.when, [...place, 'when'], findings) }),
  }
}

/** What is said by a reference that needs the data, too, is left out: order is the weaker need, so it adds nothing. */
function canonicalNeeds(
  given: CheckedTask['needs'],
  inputs: Task['inputs'],
  forEach: ForEach | undefined,
): Task['needs'] {
  const implied = new Set<string>()
  for (const input of Object.values(inputs)) {
    if (input.kind === 'output' && !input.optional) implied.add(input.from.task)
  }
  for (const { source } of forEach?.keys ?? []) if (source.kind === 'output') implied.add(source.from.task)
  return (given ?? []).filter((need) => !implied.has(need)).toSorted()
}
