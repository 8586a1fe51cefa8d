import { randomUUID } from 'node:crypto'
import { unclear } from '#client/api-problem.ts'
import { documentOf, openApi, valueOf, type Api, type ApiOptions } from '#client/api.ts'
import { followedEvents, listedEvents } from '#client/follow-events.ts'
import { followedLogs, listedLogs } from '#client/read-logs.ts'
import { readRun } from '#client/read-run.ts'
import { saveOutput } from '#client/save-output.ts'
import { planFor, submit } from '#client/submit.ts'
import { uploadAll } from '#client/upload.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

const mostRuns = 100

/**
 * A control plane behind its API. What is lost on the way is asked for again, and nothing is carried out twice; what can not
 * be answered as a problem is thrown as a {@link ProblemError}. Closing it ends all that is asked; runs go on.
 */
export function remoteControlPlane(options: ApiOptions): ControlPlane {
  const api = openApi(options)
  /** A word that names no run is not sent: it would be no path of the API. */
  const named = async <T>(
    run: string,
    ask: (run: string) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> => {
    if (run !== 'latest' && parseRunId(run) === undefined) return err(noSuchRun(run))
    try {
      return await ask(run)
    } catch (error) {
      if (error instanceof ProblemError) return err(error.problem)
      throw error
    }
  }
  return {
    upload: (uploads) => (uploads.length === 0 ? Promise.resolve() : uploadAll(api, uploads)),
    submit: (request) => submit(api, request),
    planFor: (request) => planFor(api, request),
    runs: (page) => listedRuns(api, page),
    run: (run, wanted) => named(run, (id) => readRun(api, id, wanted)),
    plan: (run) =>
      named(run, async (id) => {
        const asked = api.typed.GET('/runs/{id}/plan', { params: { path: { id } } })
        const found = await documentOf(api, 'placements', asked)
        return found.ok ? ok({ ...found.value, run: found.value.run as RunId }) : found
      }),
    workflow: (run) => named(run, (id) => readWorkflow(api, id)),
    events: (run, { after, follow }) => (follow ? followedEvents(api, run, after) : listedEvents(api, run, after)),
    logs: (run, { task, follow }) => (follow ? followedLogs(api, run, task) : listedLogs(api, run, task)),
    outputs: (run) => named(run, (id) => listedOutputs(api, id)),
    saveOutput: (run, name, folder) => named(run, (id) => saveOutput(api, id, name, folder)),
    async pools() {
      return valueOf(await documentOf(api, 'pools', api.typed.GET('/pools')))
    },
    cancel: (run, reason) => named(run, (id) => cancel(api, id, reason)),
    resume: (run) =>
      named(run, (id) =>
        documentOf(api, 'runId', api.typed.POST('/runs/{id}/resume', { params: { path: { id } }, body: {} })),
      ),
    retry: (run, { force }) =>
      named(run, (id) => {
        const params = { path: { id }, header: { 'idempotency-key': randomUUID() } }
        return documentOf(api, 'runId', api.typed.POST('/runs/{id}/retry', { params, body: { force: [...force] } }))
      }),
    role: () => 'remote',
    guests: async () => [],
    close: async () => api.close(),
  }
}

async function listedRuns(
  api: Api,
  { after, limit }: { readonly after?: string; readonly limit: number },
): ReturnType<ControlPlane['runs']> {
  const runs: RunDocument[] = []
  let cursor = after
  do {
    const query = { limit: Math.min(limit - runs.length, mostRuns), ...(cursor === undefined ? {} : { cursor }) }
    const page = valueOf(await documentOf(api, 'runs', api.typed.GET('/runs', { params: { query } })))
    runs.push(...page.runs)
    cursor = page.nextCursor
  } while (cursor !== undefined && runs.length < limit)
  return cursor === undefined ? { runs } : { runs, nextCursor: cursor }
}

async function readWorkflow(api: Api, id: string): Promise<Result<Workflow, Problem>> {
  const asked = api.typed.GET('/runs/{id}/workflow', { params: { path: { id } } })
  const document = await documentOf(api, 'apiVersion', asked)
  if (!document.ok) return document
  // Few verbs need it, and it brings every rule of a workflow.
  const { checkValue } = await import('#core/workflow/parse-workflow.ts')
  const parsed = checkValue(document.value, 'the workflow')
  return parsed.ok ? ok(parsed.value.workflow) : err(unclear(api.url))
}

async function listedOutputs(api: Api, id: string): ReturnType<ControlPlane['outputs']> {
  const asked = api.typed.GET('/runs/{id}/outputs', { params: { path: { id } } })
  const found = await documentOf(api, 'outputs', asked)
  if (!found.ok) return found
  return ok(
    Object.fromEntries(
      Object.entries(found.value.outputs).map(([name, { href, bytes, sha256 }]) => [
        name,
        { url: api.at(href), bytes, sha256 },
      ]),
    ),
  )
}

/** When the answer to a cancellation was lost, the run may have ended by it before it was asked again. */
async function cancel(api: Api, id: string, reason: string): Promise<Result<void, Problem>> {
  const params = { path: { id } }
  let sent = 0
  const fetched = (request: Request): Promise<Response> =>
    api.fetch(() => {
      sent += 1
      return request.clone()
    })
  const asked = api.typed.POST('/runs/{id}/cancel', { params, body: { reason }, fetch: fetched })
  const done = await documentOf(api, 'runId', asked)
  if (done.ok) return ok(undefined)
  if (sent > 1 && done.error.code === 'RUN-ENDED') {
    const run = await readRun(api, id, { tasks: false })
    if (run.ok && run.value.state === 'cancelled') return ok(undefined)
  }
  return done
}

function noSuchRun(run: string): Problem {
  return { code: 'RUN-NOT-FOUND', message: `there is no run ${run}`, fix: 'see `forkcast ls`', exitCode: 3 }
}
