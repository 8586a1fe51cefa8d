import { randomUUID } from 'node:crypto'
import { documentOf, type Api } from '#client/api.ts'
import { uploadAll } from '#client/upload.ts'
import type { SubmitRequest } from '#contract/control-plane.ts'
import type { PlanPreview } from '#contract/plan-preview.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { err, type Result } from '#core/result.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { writeWorkflow } from '#core/workflow/write-workflow.ts'

/** A longer document is uploaded, and named by its hash. */
const longestInline = 256 * 1024

/** Submits a workflow whose content is uploaded; one run, however often the request has to be sent. */
export async function submit(api: Api, request: SubmitRequest): Promise<Result<{ readonly runId: string }, Problem>> {
  const body = await bodyOf(api, request)
  if (!body.ok) return body
  const header = { 'idempotency-key': request.runId ?? randomUUID() }
  return documentOf(api, 'runId', api.typed.POST('/workflows', { params: { header }, body: body.value }))
}

/** What a submission would come to. What tasks would read has no part in that, and is not uploaded. */
export async function planFor(api: Api, request: SubmitRequest): Promise<Result<PlanPreview, Problem>> {
  const body = await bodyOf(api, { ...request, workflow: withoutContent(request.workflow) })
  return body.ok ? documentOf(api, 'plan', api.typed.POST('/plans', { body: body.value })) : body
}

interface Body {
  readonly workflow: string | Readonly<Record<string, Json>>
  readonly params: SubmitRequest['params']
  readonly policy: SubmitRequest['policy']
}

async function bodyOf(api: Api, { workflow, params, policy }: SubmitRequest): Promise<Result<Body, Problem>> {
  const text = JSON.stringify(writeWorkflow(workflow))
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= longestInline) {
    return { ok: true, value: { workflow: JSON.parse(text) as Body['workflow'], params, policy } }
  }
  const hash = sha256(bytes)
  try {
    await uploadAll(api, [{ sha256: hash, from: { bytes } }])
  } catch (error) {
    if (error instanceof ProblemError) return err(error.problem)
    throw error
  }
  return { ok: true, value: { workflow: `sha256:${hash}`, params, policy } }
}

function withoutContent(workflow: Workflow): Workflow {
  return {
    ...workflow,
    code: { kind: 'none' },
    tasks: workflow.tasks.map((task): Task => ({
      ...task,
      code: { kind: 'none' },
      inputs: Object.fromEntries(
        Object.entries(task.inputs).map(([name, input]) => [
          name,
          input.kind === 'file' ? { kind: 'value', value: '', optional: input.optional } : input,
        ]),
      ),
    })),
  }
}
