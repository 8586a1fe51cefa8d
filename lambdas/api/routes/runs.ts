import { pageLimits } from '#contract/api/run-routes.ts'
import type { Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'
import type { RunRecord } from '#core/run/run.ts'
import { writeWorkflow } from '#core/workflow/write-workflow.ts'
import { openCursor, sealCursor } from '#operations/documents/cursor.ts'
import { listedRun, runDocument } from '#operations/documents/run-document.ts'
import { taskPage } from '#operations/documents/task-page.ts'
import { findRun } from '#operations/find-run.ts'
import type { Page } from '#ports/store.ts'
import { refused, type Outcome, type Refusal } from '../answer.ts'
import type { ApiPorts } from '../api-ports.ts'
import type { RequestOf } from '../read-request.ts'

/** The run that a path names. */
export async function runOf(ports: ApiPorts, id: string): Promise<Result<RunRecord, Refusal>> {
  const found = await findRun(ports.store, ports.tenant, id)
  return found.ok ? found : refused(found.error)
}

/** The store's cursor for a page of this list; `undefined` for the first one. */
export function afterOf(list: string, cursor: string | undefined): Result<{ readonly after?: string }, Refusal> {
  if (cursor === undefined) return ok({})
  const after = openCursor(list, cursor)
  return after === undefined ? refused(strangeCursor) : ok({ after })
}

/** A page's cursor, as an answer gives it. */
export function nextOf(list: string, { next }: Pick<Page<unknown>, 'next'>): { readonly nextCursor?: string } {
  return next === undefined ? {} : { nextCursor: sealCursor(list, next) }
}

export async function listRuns(ports: ApiPorts, { query }: RequestOf<'listRuns'>): Promise<Outcome> {
  const { limit = pageLimits.runs.usual } = query
  const after = afterOf('runs', query.cursor)
  if (!after.ok) return after
  const page = await ports.store.rows.runs(ports.tenant, { ...after.value, limit })
  const runs = await Promise.all(page.items.map((run) => listedRun(ports, run, ports.isAlive(run.id))))
  return ok({ kind: 'document', body: { runs, ...nextOf('runs', page) } })
}

export async function getRun(ports: ApiPorts, { params }: RequestOf<'getRun'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const alive = ports.isAlive(run.value.id)
  return ok({ kind: 'document', body: await runDocument(ports, run.value, { tasks: false, alive }) })
}

export async function listTasks(ports: ApiPorts, { params, query }: RequestOf<'listTasks'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const list = `tasks ${run.value.id} ${query.state ?? ''}`
  const after = afterOf(list, query.cursor)
  if (!after.ok) return after
  const { limit = pageLimits.tasks.usual, state } = query
  const page = await taskPage(ports, run.value, { ...after.value, limit, ...(state === undefined ? {} : { state }) })
  return ok({ kind: 'document', body: { tasks: page.items, ...nextOf(list, page) } })
}

export async function getPlan(ports: ApiPorts, { params }: RequestOf<'getPlan'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  if (run.value.planId === null) return refused(noPlan(run.value))
  return ok({ kind: 'document', body: await ports.definitions.plan(run.value) })
}

export async function getWorkflow(ports: ApiPorts, { params }: RequestOf<'getWorkflow'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const { workflow } = await ports.definitions.workflow(run.value)
  return ok({ kind: 'document', body: writeWorkflow(workflow) })
}

const strangeCursor: Problem = {
  code: 'BAD-CURSOR',
  message: 'the cursor is none of this list',
  fix: 'take `nextCursor` of the page before, as it is, with the same filters; or leave it out',
  exitCode: 2,
  path: '/query/cursor',
}

function noPlan(run: RunRecord): Problem {
  return {
    code: 'RUN-NOT-PLANNED',
    message: `run ${run.id} is ${run.state} and has no plan`,
    fix: 'ask again when it is running',
    exitCode: 3,
  }
}
