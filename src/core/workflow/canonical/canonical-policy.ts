import { canonicalAggregate, waitsForAll } from '#core/workflow/canonical/canonical-aggregate.ts'
import { canonicalResources, findMissingGpus } from '#core/workflow/canonical/canonical-resources.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedHead, CheckedTask } from '#core/workflow/schema.ts'
import type { Aggregate, Estimate, Hedge, PoolPreference, Task } from '#core/workflow/workflow.ts'

type Defaults = NonNullable<CheckedHead['defaults']>
type Policy = Pick<
  Task,
  'resources' | 'estimate' | 'clones' | 'hedge' | 'pool' | 'retry' | 'timeoutS' | 'idempotent' | 'aggregate'
>

/** How a task is run: its own words over those of `defaults`, key by key, over what is built in. */
export function canonicalPolicy(task: CheckedTask, defaults: Defaults, place: Path, findings: Findings): Policy {
  const idempotent = task.idempotent ?? true
  if (!idempotent) findRepetition(task, place, findings)
  const resources = canonicalResources(defaults.resources, task.resources)
  const pool = canonicalPool({ ...defaults.pool, ...task.pool })
  const poolPlace = task.pool?.accelerator === undefined ? place : [...place, 'pool', 'accelerator']
  if (task.variants === undefined) findMissingGpus(resources, pool, place, poolPlace, findings)
  const timeoutS = task.timeout ?? defaults.timeout
  const retry = { ...defaults.retry, ...task.retry }
  const aggregate = canonicalAggregate(task.aggregate)
  return {
    resources,
    estimate: canonicalEstimate(task),
    clones: idempotent ? (task.clones ?? defaults.clones ?? 1) : 1,
    hedge: idempotent ? hedgeOf(task, defaults, aggregate, place, findings) : OFF,
    aggregate,
    pool,
    retry: {
      backoffS: retry.backoff ?? 5,
      limit: idempotent ? (retry.limit ?? 0) : 0,
      ...(retry.on === undefined ? {} : { on: [...new Set(retry.on)].toSorted() }),
    },
    ...(timeoutS === undefined ? {} : { timeoutS }),
    idempotent,
  }
}

const OFF: Hedge = { kind: 'off' }

/**
 * A standby clone makes nothing faster where every clone is waited for, and can be none of several variants: what
 * `defaults` say is not meant there, and what the task says itself is a contradiction.
 */
function hedgeOf(task: CheckedTask, defaults: Defaults, aggregate: Aggregate, place: Path, findings: Findings): Hedge {
  const reason = waitsForAll(aggregate)
    ? `waits for every clone with ${quoted(aggregate.policy)}`
    : task.variants === undefined
      ? undefined
      : 'has variants, of which none is a spare one'
  if (reason === undefined) return canonicalHedge(task.hedge ?? defaults.hedge ?? 'auto')
  if (typeof task.hedge === 'object') {
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} ${reason}, so \`hedge\` would make nothing faster`,
      fix: 'remove `hedge`',
      path: [...place, 'hedge'],
      at: 'key',
    })
  }
  return OFF
}

/** What `defaults` say about clones, hedges and retries is not meant for such a task; what the task says itself is a contradiction. */
function findRepetition(task: CheckedTask, place: Path, findings: Findings): void {
  const repeats: Readonly<Record<string, boolean>> = {
    clones: task.clones !== undefined && task.clones !== 1,
    variants: Object.keys(task.variants ?? {}).length > 1,
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
