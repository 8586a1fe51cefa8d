import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedHead, CheckedTask } from '#core/workflow/schema.ts'
import type { Estimate, Hedge, PoolPreference, Resources, Task } from '#core/workflow/workflow.ts'

type Defaults = NonNullable<CheckedHead['defaults']>
type Policy = Pick<
  Task,
  'resources' | 'estimate' | 'clones' | 'hedge' | 'pool' | 'retry' | 'timeoutS' | 'idempotent' | 'aggregate'
>

/** How a task is run: its own words over those of `defaults`, key by key, over what is built in. */
export function canonicalPolicy(task: CheckedTask, defaults: Defaults, place: Path, findings: Findings): Policy {
  const idempotent = task.idempotent ?? true
  if (!idempotent) findRepetition(task, place, findings)
  const resources = canonicalResources(task, defaults)
  const pool = canonicalPool({ ...defaults.pool, ...task.pool })
  if (resources.gpus > 0 && pool.accelerator === 'cpu') {
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} asks for ${resources.gpus} GPUs in a pool that has none`,
      fix: 'remove `accelerator: cpu`, or set `gpus: 0`',
      path: task.pool?.accelerator === undefined ? place : [...place, 'pool', 'accelerator'],
      at: 'value',
    })
  }
  const timeoutS = task.timeout ?? defaults.timeout
  const retry = { ...defaults.retry, ...task.retry }
  return {
    resources,
    estimate: canonicalEstimate(task),
    clones: idempotent ? (task.clones ?? defaults.clones ?? 1) : 1,
    hedge: idempotent ? canonicalHedge(task.hedge ?? defaults.hedge ?? 'auto') : { kind: 'off' },
    aggregate: FIRST,
    pool,
    retry: { backoffS: retry.backoff ?? 5, limit: idempotent ? (retry.limit ?? 0) : 0 },
    ...(timeoutS === undefined ? {} : { timeoutS }),
    idempotent,
  }
}

const FIRST = { policy: 'first' } as const

/** What `defaults` say about clones, hedges and retries is not meant for such a task; what the task says itself is a contradiction. */
function findRepetition(task: CheckedTask, place: Path, findings: Findings): void {
  const repeats: Readonly<Record<string, boolean>> = {
    clones: task.clones !== undefined && task.clones !== 1,
    hedge: task.hedge !== undefined && task.hedge !== 'off',
    retry: (task.retry?.limit ?? 0) > 0,
  }
  for (const [key, isAsked] of Object.entries(repeats)) {
    if (!isAsked) continue
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} is not idempotent, so ${quoted(key)} must not run it twice`,
      fix: `remove ${quoted(key)}, or \`idempotent: false\``,
      path: [...place, key],
      at: 'key',
    })
  }
}

function canonicalResources(task: CheckedTask, defaults: Defaults): Resources {
  const resources = { ...defaults.resources, ...task.resources }
  return { gpus: resources.gpus ?? 0, memoryMiB: resources.memory ?? 512, vcpus: resources.vcpus ?? 1 }
}

function canonicalEstimate({ estimate = {} }: CheckedTask): Estimate {
  return {
    ...(estimate.duration === undefined ? {} : { durationS: estimate.duration }),
    ...(estimate.memory === undefined ? {} : { memoryMiB: estimate.memory }),
    ...(estimate.output === undefined ? {} : { outputBytes: estimate.output }),
  }
}

function canonicalHedge(hedge: NonNullable<CheckedTask['hedge']>): Hedge {
  if (hedge === 'auto' || hedge === 'off') return { kind: hedge }
  if (typeof hedge.after === 'number') return { kind: 'after', seconds: hedge.after }
  return { kind: 'quantile', quantile: hedge.after.quantile }
}

function canonicalPool({ accelerator, tier, purchase }: NonNullable<CheckedTask['pool']>): PoolPreference {
  return {
    ...(accelerator === undefined || accelerator === 'any' ? {} : { accelerator }),
    ...(purchase === undefined || purchase === 'any' ? {} : { purchase }),
    ...(tier === undefined || tier === 'any' ? {} : { tier }),
  }
}
