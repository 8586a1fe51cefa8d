import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { z } from 'zod'
import {
  agentPath,
  cloneBodyBytes,
  clonePaths,
  cloneRequests,
  type AgentAnswer,
  type CloneCall,
} from '#contract/clone-requests.ts'
import { clonePrefix } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'
import { slotKey } from '#core/run/ids.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { equip } from '#operations/equip.ts'
import { lease } from '#operations/lease.ts'
import type { Ports } from '#operations/ports.ts'
import { renew } from '#operations/renew.ts'
import { report } from '#operations/report.ts'
import type { AgentBundle } from '#ports/agent-bundle.ts'
import type { CloneCredentials } from '#ports/clone-credentials.ts'
import type { CloneClaims, CloneTokens } from '#ports/clone-tokens.ts'
import { encoded, encodedProblem, faultProblem, refused, type Outcome, type Refusal } from '../api/answer.ts'
import { headersOf, readBody } from '../api/read-request.ts'
import { foreignObject } from './foreign-object.ts'

/** What the clone API needs of the control plane around it. */
export interface CloneApiPorts extends Ports {
  readonly tokens: CloneTokens
  /** Absent: clones have their own way to objects. */
  readonly credentials?: CloneCredentials
  /** Absent: clones bring the agent. */
  readonly agent?: AgentBundle
  /** Told of what a clone was answered a fault for. */
  readonly onError?: (error: unknown) => void
}

type RequestOf<C extends CloneCall> = z.output<(typeof cloneRequests)[C]>

/**
 * The clone API as one function of API Gateway. Each call carries the token of one job of one slot: what it says is looked at only
 * if the token is good, and done only if it speaks for that job, while the slot is the job's and the agent its holder. All else
 * is answered with 403 and changes nothing.
 */
export function cloneHandler(ports: CloneApiPorts): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  return async (event) => {
    try {
      return encoded(await outcomeOf(ports, event), undefined)
    } catch (error) {
      ports.onError?.(error)
      return encodedProblem({ problem: faultProblem(error) })
    }
  }
}

async function outcomeOf(ports: CloneApiPorts, event: APIGatewayProxyEvent): Promise<Outcome> {
  switch (event.path) {
    case clonePaths.lease:
      return answered(ports, event, 'lease', (said) => lease(ports, said, (assignment) => equip(ports, assignment)))
    case clonePaths.renew:
      return answered(ports, event, 'renew', async (said) => ({ held: await renew(ports, said) }))
    case clonePaths.report:
      return answered(ports, event, 'report', async (said) => ({ answer: await report(ports, said) }))
    case agentPath:
      return ports.agent === undefined ? refused(noSuchPath) : agentFor(ports, ports.agent, event)
    default:
      return refused(noSuchPath)
  }
}

async function answered<C extends CloneCall>(
  ports: CloneApiPorts,
  event: APIGatewayProxyEvent,
  call: C,
  act: (request: RequestOf<C>) => Promise<unknown>,
): Promise<Outcome> {
  const said = read<RequestOf<C>>(ports, event, cloneRequests[call], cloneBodyBytes[call])
  if (!said.ok) return said
  const { claims, request } = said.value
  const refusal = await refusalOf(ports, claims, call, request)
  if (refusal !== undefined) return refused(refusal)
  return ok({ kind: 'json', status: 200, body: await act(request) })
}

/** Of a container that starts nothing is known but its token: the lease comes after the agent. */
async function agentFor(ports: CloneApiPorts, agent: AgentBundle, event: APIGatewayProxyEvent): Promise<Outcome> {
  const said = read(ports, event, nothing, cloneBodyBytes.lease)
  if (!said.ok) return said
  if ((await slotOf(ports, said.value.claims)) === undefined) return refused(noEntry)
  const body: AgentAnswer = { url: await agent.link(), sha256: agent.sha256 }
  return ok({ kind: 'json', status: 200, body })
}

/** Who calls, and what is said, which is looked at only if the token is good. */
function read<T>(
  { tokens, clock }: CloneApiPorts,
  event: APIGatewayProxyEvent,
  schema: z.ZodType,
  mostBytes: number,
): Result<{ readonly claims: CloneClaims; readonly request: T }, Refusal> {
  if (event.httpMethod !== 'POST') return refused(otherMethod, 405, { Allow: 'POST' })
  const [, token = ''] = /^Bearer ([\w.-]+)$/i.exec(headersOf(event)['authorization'] ?? '') ?? []
  const claims = tokens.read(token, clock.nowMs())
  if (claims === undefined) return refused(noEntry)
  if (bodyBytes(event) > mostBytes) return refused(tooLong(mostBytes), 413)
  const request = readBody(schema, event) as Result<T, Refusal>
  return request.ok ? ok({ claims, request: request.value }) : request
}

/** The row of the slot that a token speaks for, while it is its job's. */
async function slotOf({ store }: CloneApiPorts, { slot, job }: CloneClaims): Promise<SlotRecord | undefined> {
  const row = await store.rows.get(slot.run, 'slot', slotKey(slot))
  return row?.value.job === job ? row.value : undefined
}

/** Why a call is not the bearer's to make. */
async function refusalOf<C extends CloneCall>(
  ports: CloneApiPorts,
  claims: CloneClaims,
  call: C,
  request: RequestOf<C>,
): Promise<Problem | undefined> {
  const { slot, job, holder } = request
  if (slot.run !== claims.slot.run || slotKey(slot) !== slotKey(claims.slot) || job !== claims.job) return noEntry
  const row = await slotOf(ports, claims)
  if (row === undefined) return noEntry
  if (call === 'lease' ? isLeasedToAnother(row, holder, ports.clock.nowMs()) : row.holder !== holder) return otherHolder
  if (!('ended' in request) || request.ended.kind !== 'claimed') return undefined
  const object = foreignObject(request.ended.manifest, clonePrefix(slot, request.fence))
  return object === undefined ? undefined : notItsOwn(object)
}

function isLeasedToAnother({ state, holder, leasedUntilMs }: SlotRecord, asking: string, nowMs: number): boolean {
  return state === 'running' && holder !== asking && (leasedUntilMs ?? 0) > nowMs
}

function bodyBytes({ body, isBase64Encoded }: APIGatewayProxyEvent): number {
  return Buffer.byteLength(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
}

const nothing = z.strictObject({})

/** Says the same of every token that is not good, so that nobody learns from it what is wrong with one. */
const noEntry: Problem = {
  code: 'CLONE-TOKEN',
  message: 'the token does not speak for this clone',
  fix: 'leave: the clone is another job’s by now, or never was this one’s',
  exitCode: 4,
}

const otherHolder: Problem = {
  code: 'CLONE-HOLDER',
  message: 'another agent holds the slot',
  fix: 'leave: its result is the one that counts',
  exitCode: 4,
}

function notItsOwn(object: string): Problem {
  const message = `${JSON.stringify(object)} is not below the clone’s own prefix`
  return { code: 'CLONE-OBJECT', message, fix: 'claim what this clone staged out', exitCode: 4 }
}

function tooLong(bytes: number): Problem {
  return { code: 'BODY-TOO-LONG', message: `the body has more than ${bytes} bytes`, fix: 'say less', exitCode: 2 }
}

const noSuchPath: Problem = {
  code: 'NOT-FOUND',
  message: 'there is nothing at this path',
  fix: `use ${[...Object.values(clonePaths), agentPath].join(', ')}`,
  exitCode: 3,
}

const otherMethod: Problem = { code: 'METHOD', message: 'this path takes other methods', fix: 'use POST', exitCode: 2 }
