import type { Submission } from '#contract/api/other-routes.ts'
import type { SubmitRequest } from '#contract/control-plane.ts'
import { blobKey } from '#contract/object-keys.ts'
import { canonicalHash } from '#core/hash.ts'
import { ok, type Result } from '#core/result.ts'
import { bindParams } from '#core/workflow/bind-params.ts'
import { acceptWorkflow } from '#operations/accept-workflow.ts'
import { planFor } from '#operations/plan-for.ts'
import { refusedWorkflow } from '#operations/refused-workflow.ts'
import { refused, type Outcome, type Refusal } from '../answer.ts'
import type { ApiContext, ApiPorts } from '../api-ports.ts'
import { carriedOutOnce } from '../carried-out-once.ts'
import type { RequestOf } from '../read-request.ts'
import { started } from './commands.ts'

export async function askUploads(ports: ApiPorts, { body }: RequestOf<'askUploads'>): Promise<Outcome> {
  const uploads: object[] = []
  for (const upload of new Map(body.map((asked) => [asked.sha256, asked])).values()) {
    if ((await ports.objects.size(blobKey(upload.sha256))) !== undefined) continue
    uploads.push({ sha256: upload.sha256, method: 'PUT', ...(await ports.links.put(upload)) })
  }
  return ok({ kind: 'json', status: 200, body: { uploads } })
}

export async function submitWorkflow(ports: ApiContext, request: RequestOf<'submitWorkflow'>): Promise<Outcome> {
  const { headers, body } = request
  const submission = await submissionOf(ports, body)
  if (!submission.ok) return submission
  const { workflow, params, policy } = submission.value
  // By what it means, so that a workflow in other words, or by its hash, is the same.
  const said = { workflow: canonicalHash(workflow), params, policy }
  const keyed = { scope: 'POST /workflows', key: headers['idempotency-key'], said, about: '' }
  return carriedOutOnce(ports, keyed, async ({ runId }) =>
    started(await ports.commands.submit({ ...submission.value, ...(runId === undefined ? {} : { runId }) })),
  )
}

export async function planWorkflow(ports: ApiPorts, { body }: RequestOf<'planWorkflow'>): Promise<Outcome> {
  const submission = await submissionOf(ports, body)
  if (!submission.ok) return submission
  const preview = await planFor(ports, submission.value)
  return preview.ok ? ok({ kind: 'json', status: 200, body: preview.value }) : refused(preview.error)
}

/** What is submitted, checked: workflow, uploads and parameters. */
async function submissionOf(
  { objects }: ApiPorts,
  { workflow: given, params = {}, policy = {} }: Submission,
): Promise<Result<SubmitRequest, Refusal>> {
  const workflow = await acceptWorkflow(objects, given)
  if (!workflow.ok) return refused(workflow.error)
  const bound = bindParams(workflow.value, params)
  if (!bound.ok) return refused(refusedWorkflow(bound.error, ''))
  const { cloning = true, hedging = true } = policy
  return ok({ workflow: workflow.value, params: bound.value, policy: { cloning, hedging } })
}
