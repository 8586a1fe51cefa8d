import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { matchRoute, type Operation } from '#contract/api/routes.ts'
import type { Problem } from '#contract/problem.ts'
import { encoded, encodedProblem, faultProblem, type Outcome } from './answer.ts'
import type { ApiContext, ApiPorts } from './api-ports.ts'
import { readRequest, type RequestOf } from './read-request.ts'
import { cancelRun, resumeRun, retryRun } from './routes/commands.ts'
import { getHealth, getOpenApi, listPools } from './routes/control-plane.ts'
import { listEvents } from './routes/events.ts'
import { listLogs } from './routes/logs.ts'
import { getOutput, listOutputs } from './routes/outputs.ts'
import { getPlan, getRun, getWorkflow, listRuns, listTasks } from './routes/runs.ts'
import { askUploads, planWorkflow, submitWorkflow } from './routes/submissions.ts'

/** Content is put where `links` say, not through a function. */
type Served = Exclude<Operation, 'putUpload'>

const handlers: { readonly [O in Served]: (context: ApiContext, request: RequestOf<O>) => Promise<Outcome> } = {
  askUploads,
  submitWorkflow,
  planWorkflow,
  listRuns,
  getRun,
  listTasks,
  getPlan,
  getWorkflow,
  listEvents,
  listLogs,
  listOutputs,
  getOutput,
  cancelRun,
  resumeRun,
  retryRun,
  listPools,
  getHealth,
  getOpenApi,
}

/** The API as one function of API Gateway: every route of the table, decoded, carried out by one operation, encoded. */
export function apiHandler(ports: ApiPorts): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  const context: ApiContext = { ...ports, atWork: new Set() }
  return async (event) => {
    try {
      return await answer(context, event)
    } catch (error) {
      return encodedProblem({ problem: ports.explain(error) ?? faultProblem(error) })
    }
  }
}

async function answer(context: ApiContext, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const match = matchRoute(event.httpMethod, event.path)
  if (match.kind === 'none' || (match.kind === 'route' && match.operation === 'putUpload')) {
    return encodedProblem({ problem: noSuchPath, status: 404 })
  }
  if (match.kind === 'other-method') {
    return encodedProblem({
      problem: otherMethod(match.allow),
      status: 405,
      headers: { Allow: match.allow.join(', ') },
    })
  }
  return serve(match.operation as Served, match.params, context, event)
}

async function serve<O extends Served>(
  operation: O,
  params: Readonly<Record<string, string>>,
  context: ApiContext,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const request = readRequest(operation, params, event)
  const outcome = request.ok ? await handlers[operation](context, request.value) : request
  return encoded(outcome, request.ok ? request.value.sent['if-none-match'] : undefined)
}

const noSuchPath: Problem = {
  code: 'NOT-FOUND',
  message: 'there is nothing at this path',
  fix: 'see /openapi.json for all there is',
  exitCode: 3,
}

function otherMethod(allow: readonly string[]): Problem {
  return { code: 'METHOD', message: 'this path takes other methods', fix: `use ${allow.join(' or ')}`, exitCode: 2 }
}
