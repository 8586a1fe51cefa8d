import { pageLimits } from '#contract/api/run-routes.ts'
import { ok } from '#core/result.ts'
import { logPage, type LogFilter } from '#operations/documents/log-page.ts'
import type { Outcome } from '../answer.ts'
import type { ApiPorts } from '../api-ports.ts'
import type { RequestOf } from '../read-request.ts'
import { afterOf, nextOf, runOf } from './runs.ts'

export async function listLogs(ports: ApiPorts, { params, query }: RequestOf<'listLogs'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const { cursor, limit = pageLimits.logs.usual, task, attempt, clone, stream } = query
  const filter: LogFilter = {
    ...(task === undefined ? {} : { task }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(clone === undefined ? {} : { clone }),
    ...(stream === undefined ? {} : { stream }),
  }
  const list = `logs ${run.value.id} ${JSON.stringify(filter)}`
  const after = afterOf(list, cursor)
  if (!after.ok) return after
  const page = await logPage(ports, run.value, { ...after.value, limit, filter })
  return ok({ kind: 'document', body: { logs: page.items, ...nextOf(list, page) } })
}
