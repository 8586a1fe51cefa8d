import type { SubmitRequest } from '#contract/control-plane.ts'
import { blobKey } from '#contract/object-keys.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Takes a checked workflow: stores its definition as an object and one run row, `queued`. Nothing is planned yet.
 * The definition is durable before the row that names it. A run that is there already under the id asked for stays as it is.
 */
export async function submit(
  ports: Pick<Ports, 'store' | 'objects' | 'clock' | 'ids'>,
  request: SubmitRequest & { readonly tenant: string },
): Promise<RunId> {
  const { workflow } = request
  const definition = canonicalBytes(workflow)
  const workflowHash = sha256(definition)
  await ports.objects.writeOnce(blobKey(workflowHash), definition)
  const id = request.runId ?? ports.ids.run()
  const submitted = change('run', 'run', undefined, {
    type: 'run.submitted',
    atMs: ports.clock.nowMs(),
    id,
    tenant: request.tenant,
    workflow: workflow.name,
    workflowHash,
    params: request.params,
    labels: workflow.labels,
    priority: workflow.priority,
    deadlineS: workflow.deadlineS ?? null,
    timeoutS: workflow.timeoutS ?? null,
    budgetUsd: workflow.budgetUsd ?? null,
    policy: request.policy,
    retry: null,
  })
  const written = await ports.store.rows.commit(id, [submitted])
  if (!written.ok && request.runId === undefined) throw new Error(`run id ${id} was given out twice`)
  return id
}
