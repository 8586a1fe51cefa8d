import type { Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { refused, type Outcome } from '../answer.ts'
import type { ApiContext, ApiPorts } from '../api-ports.ts'
import { carriedOutOnce } from '../carried-out-once.ts'
import type { RequestOf } from '../read-request.ts'
import { runOf } from './runs.ts'

/** Taken: the run to follow. */
export function started(result: Result<{ readonly runId: string }, Problem>): Outcome {
  if (!result.ok) return refused(result.error)
  const { runId } = result.value
  return ok({ kind: 'json', status: 202, body: { runId }, headers: { Location: `/runs/${runId}` } })
}

export async function cancelRun(ports: ApiPorts, { params, body }: RequestOf<'cancelRun'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const { id } = run.value
  const cancelled = await ports.commands.cancel(id, body.reason ?? 'asked through the API')
  return started(cancelled.ok ? ok({ runId: id }) : cancelled)
}

export async function resumeRun(ports: ApiPorts, { params }: RequestOf<'resumeRun'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  return run.ok ? started(await ports.commands.resume(run.value.id)) : run
}

export async function retryRun(ports: ApiContext, { params, headers, body }: RequestOf<'retryRun'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const { force = [] } = body
  // As it is when it is first asked for: by then the run may be over, and another retry would be meant.
  const inDoubt = force.length > 0 && !isRunTerminal(run.value.state)
  const keyed = {
    scope: `POST /runs/${params.id}/retry`,
    key: headers['idempotency-key'],
    said: body,
    about: `${inDoubt ? 'same-run' : 'new-run'} ${run.value.id}`,
  }
  return carriedOutOnce(ports, keyed, async ({ about, runId }) => {
    const [kind, id = ''] = about.split(' ')
    if (runId === undefined) return started(await ports.commands.retry(id, { force }))
    const once = kind === 'same-run' ? ({ kind } as const) : ({ kind: 'new-run', runId } as const)
    return started(await ports.commands.retry(id, { force, once }))
  })
}
