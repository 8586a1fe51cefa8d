import { blobKey } from '#contract/object-keys.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { advance } from '#operations/advance/advance.ts'
import { draftPlan } from '#operations/draft-plan.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/**
 * Plans a queued run and starts its first frontier. The plan is durable before the run row that names it. A run that no
 * pool can take fails here, with each task's reason. On a run that is planned already only the first frontier is redone.
 */
export async function plan(ports: Ports, id: RunId): Promise<void> {
  const state = await optimistic(ports.store, id, async () => {
    const run = await readRun(ports.store, id)
    if (run.value.state !== 'queued') return { done: run.value.state }
    const event = { type: 'run.planning', atMs: ports.clock.nowMs() } as const
    return { write: [change('run', 'run', run, event)], value: 'planning' as const }
  })
  if (state === 'planning') await decide(ports, id)
  const run = await readRun(ports.store, id)
  if (run.value.state !== 'running') return
  const { createdAtMs, timeoutS } = run.value
  if (timeoutS !== null) await ports.timers.set({ kind: 'run-timeout', run: id, atMs: createdAtMs + timeoutS * 1000 })
  const { readiness } = await ports.definitions.workflow(run.value)
  await advance(ports, id, [{ kind: 'start', tasks: readiness.roots, without: { failed: [], empty: [] } }])
}

async function decide(ports: Ports, id: RunId): Promise<void> {
  const { value: run } = await readRun(ports.store, id)
  const { workflow } = await ports.definitions.workflow(run)
  const planned = await draftPlan(ports, run, workflow)
  const document = planned.ok ? canonicalBytes({ ...planned.value, run: id } satisfies Plan) : undefined
  if (document !== undefined) await ports.objects.writeOnce(blobKey(sha256(document)), document)
  await optimistic(ports.store, id, async () => {
    const current = await readRun(ports.store, id)
    if (current.value.state !== 'planning') return { done: undefined }
    const atMs = ports.clock.nowMs()
    const event = planned.ok
      ? ({ type: 'run.started', atMs, planId: sha256(document as Uint8Array) } as const)
      : ({
          type: 'run.finished',
          atMs,
          state: 'failed',
          error: planned.error.join('\n'),
          totals: { costUsd: 0, wastedCostUsd: 0 },
        } as const)
    return { write: [change('run', 'run', current, event)], value: undefined }
  })
}
