import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import type { z } from 'zod'
import { cloneBodyBytes, clonePaths, cloneRequests, type CloneCall } from '#contract/clone-requests.ts'
import type { Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'
import { slotKey } from '#core/run/ids.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { lease } from '#operations/lease.ts'
import type { Ports } from '#operations/ports.ts'
import { renew } from '#operations/renew.ts'
import { report } from '#operations/report.ts'
import type { CloneClaims, CloneTokens } from '#ports/clone-tokens.ts'
import { encoded, encodedProblem, faultProblem, refused, type Outcome, type Refusal } from '../api/answer.ts'
import { headersOf, readBody } from '../api/read-request.ts'
import { foreignObject } from './foreign-object.ts'

/** What the clone API needs of the control plane around it. */
export interface CloneApiPorts extends Ports {
  readonly tokens: CloneTokens
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
      return encodedProblem({ problem: faultProblem(error) })
    }
  }
}

async function outcomeOf(ports: CloneApiPorts, event: APIGatewayProxyEvent): Promise<Outcome> {
  switch (event.path) {
    case clonePaths.lease:
      return answered(ports, event, 'lease', (request) => lease(ports, request))
    case clonePaths.renew:
      return answered(ports, event, 'renew', async (request) => ({ held: await renew(ports, request) }))
    case clonePaths.report:
      return answered(ports, event, 'report', async (said) => ({ answer: await report(ports, said) }))
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
  if (event.httpMethod !== 'POST') return refused(otherMethod, 405, { Allow: 'POST' })
  const [, token = ''] = /^Bearer ([\w.-]+)$/i.exec(headersOf(event)['authorization'] ?? '') ?? []
  const claims = ports.tokens.read(token, ports.clock.nowMs())
  if (claims === undefined) return refused(noEntry)
  if (bodyBytes(event) > cloneBodyBytes[call]) return refused(tooLong(cloneBodyBytes[call]), 413)
  const request = readBody(cloneRequests[call], event) as Result<RequestOf<C>, Refusal>
  if (!request.ok) return request
  const refusal = await refusalOf(ports, claims, call, request.value)
  if (refusal !== undefined) return refused(refusal)
  return ok({ kind: 'json', status: 200, body: await act(request.value) })
}

/** Why a call is not the bearer's to make. */
async function refusalOf<C extends CloneCall>(
  { store, clock }: CloneApiPorts,
  claims: CloneClaims,
  call: C,
  request: RequestOf<C>,
): Promise<Problem | undefined> {
  const { slot, job, holder } = request
  if (slot.run !== claims.slot.run || slotKey(slot) !== slotKey(claims.slot) || job !== claims.job) return noEntry
  const row = await store.rows.get(slot.run, 'slot', slotKey(slot))
  if (row === undefined || row.value.job !== job) return noEntry
  if (call === 'lease' ? isLeasedToAnother(row.value, holder, clock.nowMs()) : row.value.holder !== holder) {
    return otherHolder
  }
  if (!('ended' in request) || request.ended.kind !== 'claimed') return undefined
  const object = foreignObject(request.ended.manifest, slot)
  return object === undefined ? undefined : notItsOwn(object)
}

function isLeasedToAnother({ state, holder, leasedUntilMs }: SlotRecord, asking: string, nowMs: number): boolean {
  return state === 'running' && holder !== asking && (leasedUntilMs ?? 0) > nowMs
}

function bodyBytes({ body, isBase64Encoded }: APIGatewayProxyEvent): number {
  return Buffer.byteLength(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
}

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
  fix: `use ${Object.values(clonePaths).join(', ')}`,
  exitCode: 3,
}

const otherMethod: Problem = { code: 'METHOD', message: 'this path takes other methods', fix: 'use POST', exitCode: 2 }
