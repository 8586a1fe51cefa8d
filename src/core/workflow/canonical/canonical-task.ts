import { canonicalCode } from '#core/workflow/canonical/canonical-code.ts'
import { canonicalEnvironment } from '#core/workflow/canonical/canonical-environment.ts'
import { canonicalForEach } from '#core/workflow/canonical/canonical-for-each.ts'
import { canonicalInputs } from '#core/workflow/canonical/canonical-inputs.ts'
import { canonicalOutputs } from '#core/workflow/canonical/canonical-outputs.ts'
import { canonicalPolicy } from '#core/workflow/canonical/canonical-policy.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import type { CheckedHead, CheckedTask } from '#core/workflow/schema.ts'
import { utf8Length } from '#core/workflow/utf8-length.ts'
import type { Code, Command, Task } from '#core/workflow/workflow.ts'

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
  const implied = new Set<string>()
  for (const input of Object.values(inputs)) if (input.kind === 'output') implied.add(input.from.task)
  for (const { source } of forEach?.keys ?? []) if (source.kind === 'output') implied.add(source.from.task)
  const needs = (task.needs ?? []).filter((need) => !implied.has(need))
  const policy = canonicalPolicy(task, around.defaults, place, findings)
  // In the order of the canonical form: see `inKeyOrder`.
  return {
    aggregate: policy.aggregate,
    clones: policy.clones,
    code: canonicalCode(task.code, around.code, [...place, 'code'], findings),
    env: canonicalEnvironment(task, around.params, around.defaults.env ?? {}, place, findings),
    estimate: policy.estimate,
    ...(forEach === undefined ? {} : { forEach }),
    hedge: policy.hedge,
    id,
    idempotent: policy.idempotent,
    ...(image === undefined ? {} : { image }),
    inputs,
    needs: needs.toSorted(),
    outputs: canonicalOutputs(task.outputs, [...place, 'outputs'], findings),
    pool: policy.pool,
    resources: policy.resources,
    retry: policy.retry,
    run: canonicalCommand(task, place, findings),
    ...(policy.timeoutS === undefined ? {} : { timeoutS: policy.timeoutS }),
  }
}

function canonicalCommand(task: CheckedTask, place: Path, findings: Findings): Command {
  const path = [...place, 'run']
  const { run } = task
  // Reported before; such a task only takes part in further checks.
  if (run === undefined) return { argv: [], kind: 'argv' }
  const bytes =
    typeof run === 'string' ? utf8Length(run) : run.reduce((sum, argument) => sum + utf8Length(argument) + 1, 0)
  if (bytes > LIMITS.commandBytes.value) {
    findings.add({
      code: 'WF-LIMIT',
      message: beyondLimit(`the command of ${describePlace(place)}`, bytes, 'commandBytes'),
      fix: 'put it into a file of the code folder, and run that',
      path,
      at: 'key',
    })
  }
  return typeof run === 'string' ? { kind: 'shell', script: run } : { argv: run, kind: 'argv' }
}
